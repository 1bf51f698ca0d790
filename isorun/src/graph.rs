//! What is wired to what, as data, text, DOT and Mermaid.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

use crate::limits::tenancy::TenantCounters;
use crate::provider::counters::Counters;
use crate::provider::state::InstanceState;
use crate::text::{count, printable, separated};

/// The instances of a runtime and their wires, as of one moment. Its `Display` is text for people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Graph {
    /// Every instance, in the order of its making.
    pub nodes: Vec<Node>,
    /// Every import and its provider.
    pub edges: Vec<Edge>,
    /// Every tenant, by name.
    pub tenants: Vec<TenantNode>,
}

/// A tenant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TenantNode {
    /// Its name.
    pub name: String,
    /// Whether it is paused.
    pub paused: bool,
    /// Units of fuel that are left in its account, and that no running call has taken; `None` if there is no limit.
    pub fuel: Option<u64>,
    /// What its instances have done so far, and hold.
    pub counters: TenantCounters,
}

/// An instance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What is behind it.
    pub kind: NodeKind,
    /// The names of the interfaces that it exports.
    pub exports: Vec<String>,
    /// Whether two or more instances depend on it, directly or by way of others, and so can influence each other through it.
    pub shared: bool,
    /// Its state at that moment.
    pub state: InstanceState,
    /// What it has done so far.
    pub counters: Counters,
    /// The tenant that it belongs to, if it does to one.
    pub tenant: Option<String>,
    /// Whether it pays for what it does without those that call it.
    pub pays_for_itself: bool,
    /// Its [epoch](crate::Instance::epoch).
    pub epoch: u64,
    /// Units of fuel that are left in its account, and that no running call has taken; `None` if there is no limit.
    pub fuel: Option<u64>,
    /// Bytes that its stores hold. 0 for systems and remotes.
    pub memory: u64,
}

/// What is behind an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind {
    /// An instance of the app of this name.
    App(String),
    /// Rust code of the host.
    System,
    /// Something on the other side of a transport.
    Remote,
    /// An app's instance that was replaced by another one, to which its calls go on.
    Forwarder,
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
    /// How long the provider may take for one call, if it was given a time of its own.
    pub timeout: Option<Duration>,
    /// The functions through which a failure of the provider ends the call of the instance, because their results cannot tell of it.
    pub ends_its_app: Vec<String>,
    /// Calls of the import that have ended since it was wired.
    pub calls: u64,
    /// Those of them that ended without a value.
    pub failures: u64,
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeKind::App(app) => write!(f, "app {}", printable(app)),
            NodeKind::System => f.write_str("system"),
            NodeKind::Remote => f.write_str("remote"),
            NodeKind::Forwarder => f.write_str("forwarder"),
        }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut wires: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
        self.edges.iter().for_each(|edge| wires.entry(&edge.from).or_default().push(edge));
        for (index, node) in self.nodes.iter().enumerate() {
            let shared = if node.shared { ", shared" } else { "" };
            let line = if index == 0 { "" } else { "\n" };
            let exports = separated(&node.exports, |export, f| f.write_str(&printable(export)));
            let exports = if node.exports.is_empty() { "nothing".into() } else { exports.to_string() };
            let tenant = node.tenant_note().map(|tenant| format!(", {tenant}")).unwrap_or_default();
            write!(f, "{line}{} ({}{shared}{tenant}) exports {exports}", printable(&node.name), node.kind)?;
            for edge in wires.get(node.name.as_str()).into_iter().flatten() {
                write!(f, "\n  {} -> {}", printable(&edge.import), printable(&edge.to))?;
                if let Some(span) = edge.timeout {
                    write!(f, ", {span:?} for a call")?;
                    if !edge.ends_its_app.is_empty() {
                        let functions = separated(&edge.ends_its_app, |function, f| f.write_str(&printable(function)));
                        write!(f, ", which end it in {functions}")?;
                    }
                }
            }
        }
        for (index, tenant) in self.tenants.iter().enumerate() {
            let line = if index == 0 && self.nodes.is_empty() { "" } else { "\n" };
            write!(f, "{line}tenant {}: {}", printable(&tenant.name), tenant.notes().join(", "))?;
        }
        Ok(())
    }
}

impl TenantNode {
    /// What is to be said of the tenant.
    fn notes(&self) -> Vec<String> {
        let stores = count(self.counters.stores.into(), "store");
        let paused = self.paused.then(|| "paused".to_string());
        let fuel = self.fuel.map(|fuel| format!("{fuel} fuel left"));
        let memory = format!("{} bytes held", self.counters.memory);
        let calls = calls(self.counters.calls, self.counters.failures);
        [paused, Some(stores), Some(memory), fuel, calls].into_iter().flatten().collect()
    }
}

impl Node {
    fn tenant_note(&self) -> Option<String> {
        self.tenant.as_ref().map(|tenant| format!("tenant {}", printable(tenant)))
    }

    /// More about the instance, a line each: its tenant, its state if that is unusual, its counts, and what is left in its account.
    fn notes(&self) -> Vec<String> {
        let state = match &self.state {
            InstanceState::Idle | InstanceState::Running | InstanceState::Forwarding => None,
            InstanceState::Paused => Some("paused".into()),
            InstanceState::Poisoned(_) => Some("poisoned".to_string()),
            InstanceState::Replacing => Some("replacing".into()),
            InstanceState::Retiring => Some("retiring".into()),
            InstanceState::Removed => Some("removed".into()),
        };
        let restarts = (self.counters.restarts > 0).then(|| count(self.counters.restarts, "restart"));
        let calls = calls(self.counters.calls, self.counters.failures);
        let fuel = self.fuel.map(|fuel| format!("{fuel} fuel left"));
        let alone = self.pays_for_itself.then(|| "pays for itself".into());
        let epoch = (self.epoch > 0).then(|| format!("epoch {}", self.epoch));
        [self.tenant_note(), alone, epoch, state, calls, restarts, fuel].into_iter().flatten().collect()
    }
}

impl Edge {
    fn notes(&self) -> Option<String> {
        let timeout = self.timeout.map(|span| format!("{span:?} for a call"));
        let notes: Vec<_> = timeout.into_iter().chain(calls(self.calls, self.failures)).collect();
        (!notes.is_empty()).then(|| notes.join(", "))
    }
}

fn calls(calls: u64, failures: u64) -> Option<String> {
    match (calls, failures) {
        (0, _) => None,
        (calls, 0) => Some(count(calls, "call")),
        (calls, failures) => Some(format!("{}, {failures} failed", count(calls, "call"))),
    }
}

impl Graph {
    /// The number of each instance by its name.
    fn numbers(&self) -> BTreeMap<&str, usize> {
        self.nodes.iter().enumerate().map(|(number, node)| (node.name.as_str(), number)).collect()
    }

    /// The graph in the DOT language of Graphviz.
    pub fn dot(&self) -> String {
        let numbers = self.numbers();
        // Two names may look alike once they are safe to print, so such a name is told apart by the number of its instance.
        let id = |name: &str| match numbers.get(name) {
            Some(number) if printable(name) != name => quote(&format!("{name} {number}")),
            _ => quote(name),
        };
        let mut text = String::from("digraph isorun {\n  rankdir = LR;\n");
        let mut line = |line: fmt::Arguments<'_>| {
            // Writing into a string does not fail.
            let _ = writeln!(text, "  {line}");
        };
        for node in &self.nodes {
            let shape = match node.kind {
                NodeKind::App(_) => "box",
                NodeKind::System => "ellipse",
                NodeKind::Remote => "parallelogram",
                NodeKind::Forwarder => "cds",
            };
            let border = if node.shared { ", peripheries = 2" } else { "" };
            let label = label([printable(&node.name), node.kind.to_string()].into_iter().chain(node.notes()));
            line(format_args!("{} [label = {label}, shape = {shape}{border}];", id(&node.name)));
        }
        for edge in &self.edges {
            let label = label([printable(&edge.import)].into_iter().chain(edge.notes()));
            line(format_args!("{} -> {} [label = {label}];", id(&edge.from), id(&edge.to)));
        }
        text + "}\n"
    }

    /// The graph as a Mermaid flowchart.
    pub fn mermaid(&self) -> String {
        let ids = self.numbers();
        let mut text = String::from("flowchart LR\n");
        for (id, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                NodeKind::App(_) => ("[", "]"),
                NodeKind::System => ("([", "])"),
                NodeKind::Remote => ("[/", "/]"),
                NodeKind::Forwarder => (">", "]"),
            };
            let shared = if node.shared { ", shared" } else { "" };
            let _ = writeln!(
                text,
                "  n{id}{open}\"{}<br/>{}{shared}{}\"{close}",
                escape(&node.name),
                escape(&node.kind.to_string()),
                node.notes().iter().map(|note| format!("<br/>{}", escape(note))).collect::<String>()
            );
        }
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (ids.get(edge.from.as_str()), ids.get(edge.to.as_str())) {
                let notes = edge.notes().map(|notes| format!("<br/>{notes}")).unwrap_or_default();
                let _ = writeln!(text, "  n{from} -->|\"{}{notes}\"| n{to}", escape(&edge.import));
            }
        }
        text
    }
}

/// A name as a string of the DOT language. Graphviz reads `\n` and the like in a label only, and `\"` everywhere.
fn quote(name: &str) -> String {
    format!("\"{}\"", printable(name).replace('\\', "\\\\").replace('"', "\\\""))
}

/// The lines of a label in the DOT language.
fn label(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}

/// A stranger's name inside a quoted Mermaid label, which takes HTML entities only: by number, since Mermaid begins some of its own with `#`.
///
/// Only letters, digits and what is common in names stay as they are: Mermaid reads some labels as Markdown, and some signs as its own.
fn escape(name: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "-_@/:. ,\u{fffd}…".contains(char);
    let name = printable(name);
    let escaped = name.chars().map(|char| match plain(char) {
        true => char.to_string(),
        false => format!("#{};", char as u32),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Graph {
        let node = |name: &str, kind, shared| Node {
            name: name.into(),
            kind,
            exports: vec!["a:b/c@1.0.0".into()],
            shared,
            state: InstanceState::Idle,
            counters: Counters::default(),
            tenant: None,
            pays_for_itself: false,
            epoch: 0,
            fuel: None,
            memory: 0,
        };
        Graph {
            tenants: Vec::new(),
            nodes: vec![node("Disk", NodeKind::System, true), node("kv \"1\"", NodeKind::App("kv".into()), false)],
            edges: vec![Edge {
                from: "kv \"1\"".into(),
                import: "a:b/c@1.0.0".into(),
                to: "Disk".into(),
                timeout: None,
                ends_its_app: Vec::new(),
                calls: 0,
                failures: 0,
            }],
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
            "flowchart LR\n  n0([\"Disk<br/>system, shared\"])\n  n1[\"kv #34;1#34;<br/>app kv\"]\n  n1 -->|\"a:b/c@1.0.0\"| n0\n"
        );
    }

    #[test]
    fn what_was_counted_stands_in_the_labels() {
        let mut graph = small();
        graph.nodes[1].counters = Counters { calls: 1, restarts: 2, ..Counters::default() };
        graph.nodes[0].state = InstanceState::Retiring;
        (graph.edges[0].calls, graph.edges[0].failures) = (12, 3);
        assert_eq!(
            graph.mermaid(),
            "flowchart LR\n  n0([\"Disk<br/>system, shared<br/>retiring\"])\n  \
             n1[\"kv #34;1#34;<br/>app kv<br/>1 call<br/>2 restarts\"]\n  n1 -->|\"a:b/c@1.0.0<br/>12 calls, 3 failed\"| n0\n"
        );
        assert!(graph.dot().contains("[label = \"a:b/c@1.0.0\\n12 calls, 3 failed\"]"), "{}", graph.dot());
        assert!(graph.dot().contains("[label = \"Disk\\nsystem\\nretiring\""), "{}", graph.dot());
    }

    #[test]
    fn tenants_and_accounts_stand_beside_the_instances() {
        let mut graph = small();
        (graph.nodes[1].tenant, graph.nodes[1].fuel) = (Some("acme".into()), Some(70));
        (graph.nodes[1].state, graph.nodes[1].pays_for_itself) = (InstanceState::Paused, true);
        let counters = TenantCounters { stores: 1, memory: 64, ..TenantCounters::default() };
        graph.tenants = vec![TenantNode { name: "acme".into(), paused: true, fuel: Some(9), counters }];
        let text = graph.to_string();
        assert!(text.contains("kv \"1\" (app kv, tenant acme) exports"), "{text}");
        assert!(text.ends_with("\ntenant acme: paused, 1 store, 64 bytes held, 9 fuel left"), "{text}");
        let (dot, mermaid) = (graph.dot(), graph.mermaid());
        assert!(dot.contains("\\napp kv\\ntenant acme\\npays for itself\\npaused\\n70 fuel left\""), "{dot}");
        assert!(mermaid.contains("<br/>tenant acme<br/>pays for itself<br/>paused<br/>70 fuel left\""), "{mermaid}");
    }

    #[test]
    fn a_name_stays_where_it_stands() {
        let name = "a\n  b:c/d -> Disk\u{1b}[2J\u{202e}\"]\\ | #quot; <b>`**x**`";
        let mut graph = small();
        (graph.nodes[0].name, graph.edges[0].to, graph.edges[0].import) = (name.into(), name.into(), name.into());
        graph.nodes[1].tenant = Some(name.into());
        let counters = TenantCounters::default();
        graph.tenants = vec![TenantNode { name: name.into(), paused: false, fuel: None, counters }];
        (graph.nodes[0].exports, graph.nodes[1].kind) = (vec![name.into()], NodeKind::App(name.into()));
        for (text, lines) in [(graph.to_string(), 4), (graph.dot(), 6), (graph.mermaid(), 4)] {
            assert_eq!(text.lines().count(), lines, "{text}");
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        }
        assert!(graph.dot().contains("[2J\u{fffd}\\\"]\\\\ | #quot; <b>"), "{}", graph.dot());
        let mermaid = graph.mermaid();
        assert!(mermaid.contains("#34;#93;#92; #124; #35;quot#59; #60;b#62;#96;#42;#42;x"), "{mermaid}");
    }

    #[test]
    fn text_lists_what_each_instance_is_wired_to() {
        assert_eq!(
            small().to_string(),
            "Disk (system, shared) exports a:b/c@1.0.0\nkv \"1\" (app kv) exports a:b/c@1.0.0\n  a:b/c@1.0.0 -> Disk"
        );
    }
}
