//! A request that has ended -> a span, for a collector that speaks OTLP over HTTP.
//!
//! The span is made when the request has ended, out of its record, rather than by following the work: it has the same fields as the line in
//! the log, and costs nothing while the request is answered. What there is for the collector waits in memory, up to a limit, for a thread of
//! its own; a collector that is away is no reason to wait for anybody.

use std::env::var;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor};

use super::record::{End, Facts, Record, Stage};
use crate::error::{Error, Result};

/// What names a collector: the variables of OpenTelemetry itself.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
/// How long the end of the process waits for the collector.
const PATIENCE: Duration = Duration::from_secs(5);

/// The one of this process.
static EXPORT: OnceLock<BatchSpanProcessor> = OnceLock::new();

/// Begins to export, if the environment names a collector; whether it does.
///
/// # Errors
/// Where what the environment says cannot be meant.
pub fn begin() -> Result<bool> {
    let off = var("OTEL_SDK_DISABLED").is_ok_and(|disabled| disabled.eq_ignore_ascii_case("true"));
    if off || !ENDPOINTS.iter().any(|name| var(name).is_ok_and(|url| !url.is_empty())) {
        return Ok(false);
    }
    let exporter = SpanExporter::builder().with_http().build();
    let exporter = exporter.map_err(|error| {
        Error::configuration("Spans cannot be exported as OTEL_EXPORTER_OTLP_... say").caused_by(error.to_string())
    })?;
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    let mut resource = Resource::builder();
    if var("OTEL_SERVICE_NAME").is_err() {
        resource = resource.with_service_name("deltalink");
    }
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    processor.set_resource(&resource.with_attribute(version).build());
    Ok(EXPORT.set(processor).is_ok())
}

/// Sends what has not been sent. To be called where one may wait.
pub fn end() {
    if let Some(Err(error)) = EXPORT.get().map(|processor| processor.shutdown_with_timeout(PATIENCE)) {
        tracing::warn!(%error, "the last spans could not be exported");
    }
}

/// Exports the span of a request, where the caller lets its trace be recorded.
pub(super) fn export(record: &Record, facts: &Facts, end: End, took: Duration) {
    if let Some(processor) = EXPORT.get().filter(|_| record.trace.sampled) {
        processor.on_end(span(record, facts, end, took));
    }
}

fn span(record: &Record, facts: &Facts, end: End, took: Duration) -> SpanData {
    let trace = record.trace;
    let id = |span: u64| SpanId::from_bytes(span.to_be_bytes());
    let context = SpanContext::new(
        TraceId::from_bytes(trace.id.0.to_be_bytes()),
        id(trace.span.0),
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    );
    let now = SystemTime::now();
    let failed = end.cut || end.status >= 500;
    SpanData {
        span_context: context,
        parent_span_id: trace.parent.map_or(SpanId::INVALID, |parent| id(parent.0)),
        parent_span_is_remote: trace.parent.is_some(),
        span_kind: SpanKind::Server,
        name: format!("{} {}", record.method, facts.mode.word()).into(),
        start_time: now.checked_sub(took).unwrap_or(now),
        end_time: now,
        attributes: attributes(record, facts, end),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if failed { Status::error(facts.code.unwrap_or("cut off")) } else { Status::Unset },
        instrumentation_scope: InstrumentationScope::builder("deltalink").build(),
    }
}

/// Names of OpenTelemetry's where it has some, and those of the log otherwise.
fn attributes(record: &Record, facts: &Facts, end: End) -> Vec<KeyValue> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut attributes = vec![
        KeyValue::new("http.request.method", record.method),
        KeyValue::new("http.response.status_code", i64::from(end.status)),
        KeyValue::new("http.response.body.size", number(end.bytes)),
        KeyValue::new("deltalink.mode", facts.mode.word()),
        KeyValue::new("deltalink.rows", number(facts.rows)),
        KeyValue::new("deltalink.shared", facts.shared),
        KeyValue::new("deltalink.cut", end.cut),
        KeyValue::new("enduser.id", facts.principal.clone().unwrap_or_else(|| "anonymous".to_owned())),
    ];
    attributes.extend(facts.set.as_ref().map(|set| KeyValue::new("deltalink.set", set.name.clone())));
    attributes.extend(facts.kind.map(|kind| KeyValue::new("deltalink.kind", kind)));
    attributes.extend(facts.code.map(|code| KeyValue::new("error.type", code)));
    attributes.extend(facts.parts.map(|parts| KeyValue::new("deltalink.parts", number(parts as u64))));
    let stages = Stage::ALL.into_iter().zip(facts.stages).filter_map(|(stage, took)| Some((stage, took?)));
    attributes.extend(stages.map(|(stage, took)| {
        let microseconds = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        KeyValue::new(format!("deltalink.{}_us", stage.name()), microseconds)
    }));
    attributes
}
