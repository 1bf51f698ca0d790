//! From the spans of `wit-parser` to places that people can open.

use wit_bindgen_core::wit_parser::{SourceMap, Span};

use crate::diagnostics::Place;

/// The place where a span begins. A span that is not known has the place `:0:0`.
pub(super) fn of_span(map: &SourceMap, span: Span) -> Place {
    // A source map tells a place as text only: `wit/fs.wit:21:5`.
    let rendered = if span.is_known() { map.render_location(span) } else { String::new() };
    let mut parts = rendered.rsplitn(3, ':');
    let column = parts.next().and_then(|column| column.parse().ok()).unwrap_or_default();
    let line = parts.next().and_then(|line| line.parse().ok()).unwrap_or_default();
    Place { file: parts.next().unwrap_or_default().to_owned(), line, column }
}
