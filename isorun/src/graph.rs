//! What is wired to what, as data, text, DOT and Mermaid.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// A picture of a runtime at one moment. Its `Display` is text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Graph {
    /// Every instance, in the order of its making.
    pub nodes: Vec<Node>,
    /// Every import and its provider.
    pub edges: Vec<Edge>,
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What is behind it.
    pub kind: Kind,
    /// The interfaces that it provides.
    pub provides: Vec<String>,
    /// Whether two or more instances are wired to it, so that they can influence each other through it.
    pub shared: bool,
}

/// What is behind an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An instance of the app of this name.
    App(String),
    /// Rust code of the host.
    System,
    /// Something on the other side of a transport.
    Remote,
}

/// An import of one instance, provided by another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edge {
    /// The instance that imports.
    pub from: String,
    /// The import, as its component spells it.
    pub import: String,
    /// The instance that provides it.
    pub to: String,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::App(app) => write!(f, "app {app}"),
            Kind::System => f.write_str("system"),
            Kind::Remote => f.write_str("remote"),
        }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.nodes.iter().enumerate() {
            let shared = if node.shared { ", shared" } else { "" };
            let line = if index == 0 { "" } else { "\n" };
            let provides = if node.provides.is_empty() { "nothing".into() } else { node.provides.join(", ") };
            write!(f, "{line}{} ({}{shared}) provides {provides}", node.name, node.kind)?;
            for edge in self.edges.iter().filter(|edge| edge.from == node.name) {
                write!(f, "\n  {} -> {}", edge.import, edge.to)?;
            }
        }
        Ok(())
    }
}

impl Graph {
    /// The graph in the DOT language of Graphviz.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph isorun {\n  rankdir = LR;\n");
        let mut line = |line: fmt::Arguments<'_>| {
            // Writing into a string does not fail.
            let _ = writeln!(text, "  {line}");
        };
        for node in &self.nodes {
            let shape = match node.kind {
                Kind::App(_) => "box",
                Kind::System => "ellipse",
                Kind::Remote => "parallelogram",
            };
            let border = if node.shared { ", peripheries = 2" } else { "" };
            let label = quote(&format!("{}\n{}", node.name, node.kind));
            line(format_args!("{} [label = {label}, shape = {shape}{border}];", quote(&node.name)));
        }
        for edge in &self.edges {
            line(format_args!("{} -> {} [label = {}];", quote(&edge.from), quote(&edge.to), quote(&edge.import)));
        }
        text + "}\n"
    }

    /// The graph as a Mermaid flowchart.
    pub fn mermaid(&self) -> String {
        let ids: BTreeMap<&str, usize> =
            self.nodes.iter().enumerate().map(|(id, node)| (node.name.as_str(), id)).collect();
        let mut text = String::from("flowchart LR\n");
        for (id, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                Kind::App(_) => ("[", "]"),
                Kind::System => ("([", "])"),
                Kind::Remote => ("[/", "/]"),
            };
            let shared = if node.shared { ", shared" } else { "" };
            let _ = writeln!(
                text,
                "  n{id}{open}\"{}<br/>{}{shared}\"{close}",
                escape(&node.name),
                escape(&node.kind.to_string())
            );
        }
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (ids.get(edge.from.as_str()), ids.get(edge.to.as_str())) {
                let _ = writeln!(text, "  n{from} -->|\"{}\"| n{to}", escape(&edge.import));
            }
        }
        text
    }
}

/// A string of the DOT language.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// Text inside a quoted Mermaid label, which takes HTML entities only.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Graph {
        let node =
            |name: &str, kind, shared| Node { name: name.into(), kind, provides: vec!["a:b/c@1.0.0".into()], shared };
        Graph {
            nodes: vec![node("Disk", Kind::System, true), node("kv \"1\"", Kind::App("kv".into()), false)],
            edges: vec![Edge { from: "kv \"1\"".into(), import: "a:b/c@1.0.0".into(), to: "Disk".into() }],
        }
    }

    #[test]
    fn names_are_quoted_in_dot() {
        assert_eq!(
            small().dot(),
            "digraph isorun {\n  rankdir = LR;\n  \"Disk\" [label = \"Disk\\nsystem\", shape = ellipse, peripheries = 2];\n  \
             \"kv \\\"1\\\"\" [label = \"kv \\\"1\\\"\\napp kv\", shape = box];\n  \"kv \\\"1\\\"\" -> \"Disk\" [label = \"a:b/c@1.0.0\"];\n}\n"
        );
    }

    #[test]
    fn names_are_escaped_in_mermaid() {
        assert_eq!(
            small().mermaid(),
            "flowchart LR\n  n0([\"Disk<br/>system, shared\"])\n  n1[\"kv &quot;1&quot;<br/>app kv\"]\n  n1 -->|\"a:b/c@1.0.0\"| n0\n"
        );
    }

    #[test]
    fn text_lists_what_each_instance_is_wired_to() {
        assert_eq!(
            small().to_string(),
            "Disk (system, shared) provides a:b/c@1.0.0\nkv \"1\" (app kv) provides a:b/c@1.0.0\n  a:b/c@1.0.0 -> Disk"
        );
    }
}
