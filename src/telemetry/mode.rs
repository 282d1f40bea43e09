//! What a request asks for, in one word: for the log and for the labels of metrics.

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A page of entities.
    Entities,
    /// One entity.
    Entity,
    /// One property of one entity.
    Property,
    /// How many there are.
    Count,
    /// A page of changes, or the link from which on there will be some.
    Changes,
    /// The same, by a client that would wait for them.
    Wait,
    /// Several requests in one.
    Batch,
    /// The service document, `$metadata`.
    Document,
    /// Whether the gateway is well, and its metrics.
    Health,
    /// Anything else: what was refused before it was understood, and what stands beside the service.
    #[default]
    Other,
}

impl Mode {
    /// Every one, in their order.
    pub const ALL: [Self; 10] = [
        Self::Entities,
        Self::Entity,
        Self::Property,
        Self::Count,
        Self::Changes,
        Self::Wait,
        Self::Batch,
        Self::Document,
        Self::Health,
        Self::Other,
    ];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Entity => "entity",
            Self::Property => "property",
            Self::Count => "count",
            Self::Changes => "changes",
            Self::Wait => "wait",
            Self::Batch => "batch",
            Self::Document => "document",
            Self::Health => "health",
            Self::Other => "other",
        }
    }
}

/// What is counted by mode stands in this order.
const _: () = {
    let mut at = 0;
    while at < Mode::ALL.len() {
        assert!(Mode::ALL[at] as usize == at && Mode::Other as usize + 1 == Mode::ALL.len());
        at += 1;
    }
};
