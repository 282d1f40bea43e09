//! A backend and a catalog -> reads of one table, planned, said and written as for a client, into nothing.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use deltalink::backend::Backend;
use deltalink::edm::{Catalog, Exposure, expose};
use deltalink::odata::{self, RawHeaders};
use deltalink::plan::{self, Plan, Settings, View};
use deltalink::response::{self, Body, DeletedId, Head, Style};
use deltalink::sql;
use deltalink::token::Keyring;

/// The gateway without its web server.
pub(crate) struct Gateway {
    backend: Box<dyn Backend>,
    view: View,
    keyring: Arc<Keyring>,
    style: Style,
}

impl Gateway {
    pub(crate) fn new(backend: impl Backend + 'static, catalog: &Catalog) -> Self {
        let mut exposure = Exposure::default();
        exposure.tables.insert("Orders".to_owned(), deltalink::edm::TableExposure::default());
        let (edm, unexposed) = expose(catalog, &exposure);
        assert!(unexposed.is_empty(), "{unexposed:?}");
        let style = Style {
            root: "http://localhost:8080/odata/".to_owned(),
            namespace: edm.namespace.clone(),
            deleted_id: DeletedId::default(),
        };
        Self {
            backend: Box::new(backend),
            view: View::of_all(Arc::new(edm)),
            keyring: Arc::new(Keyring::generate()),
            style,
        }
    }

    /// Reads the first page of so many orders; the octets of its JSON.
    pub(crate) async fn read(&self, page: u32) -> usize {
        let count = Arc::<AtomicUsize>::default();
        self.read_into(page, Count(Arc::clone(&count))).await;
        count.load(Ordering::Relaxed)
    }

    /// The same page as it is.
    pub(crate) async fn text(&self, page: u32) -> String {
        let text = Arc::<Mutex<Vec<u8>>>::default();
        self.read_into(page, Keep(Arc::clone(&text))).await;
        let octets = std::mem::take(&mut *text.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(octets).unwrap()
    }

    async fn read_into(&self, page: u32, body: impl Body + 'static) {
        let settings = Settings { page_size: page, max_page_size: page, longest_wait: 0 };
        let request = odata::parse("/Orders", "", &RawHeaders::default()).unwrap();
        let Plan::Read(read) = plan::plan(&request, &self.view, &self.keyring, settings).unwrap() else {
            panic!("a collection is read");
        };
        let query = sql::query(&read, self.backend.dialect());
        let sink = response::sink(read, &self.style, Arc::clone(&self.keyring), Box::new(body));
        self.backend.read(query, sink).await.unwrap();
    }
}

/// Counts octets.
struct Count(Arc<AtomicUsize>);

impl Body for Count {
    fn head(&mut self, _: Head) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.0.fetch_add(octets.len(), Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.chunk(octets)
    }
}

/// Keeps octets.
struct Keep(Arc<Mutex<Vec<u8>>>);

impl Body for Keep {
    fn head(&mut self, _: Head) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&octets);
        ControlFlow::Continue(())
    }

    fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.chunk(octets)
    }
}
