//! An event -> its line, as the library writes it; the lines of requests, of which there is one for each, quicker.
//!
//! A newcomer's trap: the library hands each field to the machinery of formatting several times, and for the twenty of a request that costs
//! as much as planning its answer. What is written here is the same to the octet, spans left out, and a test compares the two.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Full, Json, JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::telemetry::TARGET;

/// Octets of the fields of a request, about.
const USUAL: usize = 400;

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
        writer.write_str(&Fields::of(event, Style::Human))?;
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
        writer.write_str(&Fields::of(event, Style::Machine))?;
        writeln!(writer, ",\"target\":\"{TARGET}\"}}")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Human,
    Machine,
}

/// The fields of an event, each with what stands before it.
struct Fields {
    text: String,
    style: Style,
}

impl Fields {
    fn of(event: &Event<'_>, style: Style) -> String {
        let mut fields = Self { text: String::with_capacity(USUAL), style };
        event.record(&mut fields);
        fields.text
    }

    fn name(&mut self, field: &Field) {
        let (before, behind) = match self.style {
            Style::Human => (" ", "="),
            Style::Machine => (",\"", "\":"),
        };
        self.text.push_str(before);
        // What people read begins with the message.
        if self.style == Style::Machine || field.name() != "message" {
            self.text.push_str(field.name());
            self.text.push_str(behind);
        }
    }

    fn quoted(&mut self, text: &str) {
        // Nothing of it has to be escaped.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
            self.text.push('"');
            self.text.push_str(text);
            self.text.push('"');
            return;
        }
        let escaped = match self.style {
            Style::Human => format!("{text:?}"),
            Style::Machine => serde_json::Value::from(text).to_string(),
        };
        self.text.push_str(&escaped);
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        self.text.push_str(itoa::Buffer::new().format(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.name(field);
        self.text.push_str(itoa::Buffer::new().format(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.name(field);
        let number = match self.style {
            Style::Human => format!("{value:?}"),
            Style::Machine => serde_json::Value::from(value).to_string(),
        };
        self.text.push_str(&number);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.name(field);
        self.text.push_str(if value { "true" } else { "false" });
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        self.quoted(value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        match self.style {
            // Writing into a string does not fail.
            Style::Human => drop(write!(self.text, "{value:?}")),
            Style::Machine => self.quoted(&format!("{value:?}")),
        }
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
            tracing::debug!(target: TARGET, code = Some(text), less = -7, part = 0.5, "request");
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
