//! An event -> its line, as the library writes it; the lines of requests, of which there is one for each, quicker.
//!
//! A newcomer's trap: the library hands each field to the machinery of formatting several times, and for the twenty of a request that costs
//! as much as planning its answer. What is written here is the same to the octet; a test compares the two.

use std::fmt::{self, Debug};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Full, Json, JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::telemetry::TARGET;

/// Lines for people.
pub(super) struct Human(pub(super) Format<Full>);

impl<S, N> FormatEvent<S, N> for Human
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        // Where there are colours, somebody reads along: there cannot be many.
        if event.metadata().target() != TARGET || writer.has_ansi_escapes() {
            return self.0.format_event(context, writer, event);
        }
        SystemTime.format_time(&mut writer)?;
        write!(writer, " {:>5} {TARGET}:", event.metadata().level().as_str())?;
        Fields { writer: &mut writer, style: Style::Human, outcome: Ok(()) }.of(event)?;
        writer.write_char('\n')
    }
}

/// Lines for machines.
pub(super) struct Machine(pub(super) Format<Json>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> FormatEvent<S, JsonFields> for Machine {
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() != TARGET {
            return self.0.format_event(context, writer, event);
        }
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\"", event.metadata().level().as_str())?;
        Fields { writer: &mut writer, style: Style::Machine, outcome: Ok(()) }.of(event)?;
        writeln!(writer, ",\"target\":\"{TARGET}\"}}")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Human,
    Machine,
}

/// Writes the fields of an event, each with what stands before it.
struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    style: Style,
    outcome: fmt::Result,
}

impl Fields<'_, '_> {
    fn of(mut self, event: &Event<'_>) -> fmt::Result {
        event.record(&mut self);
        self.outcome
    }

    fn put(&mut self, field: &Field, write: impl FnOnce(&mut Self) -> fmt::Result) {
        if self.outcome.is_ok() {
            self.outcome = self.name(field.name()).and_then(|()| write(self));
        }
    }

    fn name(&mut self, name: &str) -> fmt::Result {
        let (before, behind) = match self.style {
            Style::Human => (" ", "="),
            Style::Machine => (",\"", "\":"),
        };
        self.writer.write_str(before)?;
        // What people read begins with the message.
        if self.style == Style::Human && name == "message" {
            return Ok(());
        }
        self.writer.write_str(name)?;
        self.writer.write_str(behind)
    }

    fn text(&mut self, text: &str) -> fmt::Result {
        // Nothing of it has to be escaped.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
            self.writer.write_char('"')?;
            self.writer.write_str(text)?;
            return self.writer.write_char('"');
        }
        match self.style {
            Style::Human => write!(self.writer, "{text:?}"),
            Style::Machine => self.writer.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?),
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, |fields| fields.writer.write_str(itoa::Buffer::new().format(value)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, |fields| fields.writer.write_str(if value { "true" } else { "false" }));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, |fields| fields.text(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, |fields| match fields.style {
            Style::Human => write!(fields.writer, "{value:?}"),
            Style::Machine => fields.text(&format!("{value:?}")),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::{format, layer};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        fn writer(&self) -> impl Fn() -> Self + 'static {
            let written = self.clone();
            move || written.clone()
        }

        /// The lines, without their times.
        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            let timeless = |line: &str| {
                let (before, behind) = line.split_once("20").unwrap();
                format!("{before}{}", behind.split_once('Z').unwrap().1)
            };
            text.lines().map(timeless).collect()
        }
    }

    impl io::Write for Written {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(octets)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn tell() {
        for text in ["", "Orders", "a \"b\" \\ c", "Größe\u{7f}\u{1b}[31m", "a\nb\u{2028}\0", "日本"] {
            for id in [0, u64::MAX] {
                tracing::info!(
                    target: TARGET, method = "GET", status = 200_u16, set = text, kind = None::<&str>, rows = id, parts = Some(7_usize),
                    shared = Some(true), cut = false, trace_id = %format_args!("{id:032x}"), "request"
                );
            }
            tracing::debug!(target: TARGET, code = Some(text), "request");
            tracing::warn!(text, "another");
        }
    }

    #[test]
    fn the_lines_are_those_of_the_library() {
        let [people, ours, machines, our_own] = [(); 4].map(|()| Written::default());
        let json = || format().json().flatten_event(true);
        let subscriber = tracing_subscriber::registry()
            .with(layer().with_ansi(false).with_writer(people.writer()))
            .with(layer().with_ansi(false).event_format(Human(format())).with_writer(ours.writer()))
            .with(layer().json().event_format(json()).with_writer(machines.writer()))
            .with(layer().json().event_format(Machine(json())).with_writer(our_own.writer()));
        tracing::subscriber::with_default(subscriber, tell);
        assert_eq!(ours.lines().len(), 24);
        assert_eq!(ours.lines(), people.lines());
        assert_eq!(our_own.lines(), machines.lines());
    }
}
