//! A backend that stands before another one: what it does not do itself, the other does.

/// `standing_before!(Slow, inner, { async fn read(..) .. })`: `Slow` is a backend of which `inner` is another.
macro_rules! standing_before {
    ($own:ty, $other:ident, { $($does:tt)* }) => {
        #[async_trait::async_trait]
        impl deltalink::backend::Backend for $own {
            fn dialect(&self) -> &'static dyn deltalink::sql::Dialect {
                self.$other.dialect()
            }

            async fn describe(&self) -> deltalink::error::Result<deltalink::edm::Catalog> {
                self.$other.describe().await
            }

            fn look_every(&self) -> std::time::Duration {
                self.$other.look_every()
            }

            async fn stamp(&self) -> deltalink::error::Result<u64> {
                self.$other.stamp().await
            }

            async fn execute(&self, script: deltalink::sql::Script) -> deltalink::error::Result<u64> {
                self.$other.execute(script).await
            }

            $($does)*
        }
    };
}

pub(crate) use standing_before;
