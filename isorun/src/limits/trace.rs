//! Who used what: a call and all that was called because of it, as a tree.

use std::fmt;
use std::iter::successors;
use std::sync::Arc;
use std::time::Duration;

use super::receipt::Receipt;
use crate::text::{count, printable};

/// A call and all that was called because of it: what each of them used, and how it ended.
///
/// [`Call::trace`](crate::Call::trace) gives it. Every call that an app made is in it, every call that a system made [within](crate::Call::within) its
/// context, and so on, also those that were refused before they ran. It has at most 10 000 calls, which take some two megabytes, and is at most 256 deep; what was
/// called beyond that is summed up in the `omitted` of the call that made it, so that all sums are right.
///
/// A call behind a [`Remote`](crate::Remote) is a leaf: its fuel is what the peer [claims](Trace::claimed).
///
/// As text it has a line for each call, and one for what was omitted of it.
///
/// ```
/// # use isorun::limits::Trace;
/// # #[isorun::system("tests/wit/greeter.wit")]
/// # impl greeter::Greeter for Polite {
/// #     fn greet(&self, name: &str) -> String { format!("good day, {name}") }
/// # }
/// # struct Polite;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = isorun::Runtime::new()?;
/// # runtime.register::<greeter::Interface>()?;
/// # let greeter = runtime.provide(Polite).caller::<greeter::Interface>()?;
/// let (greeting, trace) = greeter.greet("Ada").trace().await;
/// println!("{trace}");
///
/// let most = trace.all().max_by_key(|call| call.own_fuel());
/// let failed = trace.all().filter(|call| !call.outcome.is_ok());
/// # assert_eq!(most.map(|call| &*call.instance), Some("Polite"));
/// # assert_eq!(failed.count(), 0);
/// # assert_eq!(greeting?, "good day, Ada");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// The instance that was called.
    pub instance: Arc<str>,
    /// The app whose instance it is; `None` for systems and remotes.
    pub app: Option<Arc<str>>,
    /// The function, with its interface: `isorun:kv/kv@0.1.0#get`.
    pub function: Arc<str>,
    /// Whether there is a value.
    pub outcome: Outcome,
    /// Units of fuel that were used, in calls below this one too.
    pub fuel: u64,
    /// Whether the fuel is what a peer says of itself. It cannot claim more than the call had.
    pub claimed: bool,
    /// Bytes by which memories and tables grew, in calls below this one too; those of a peer are not known here.
    pub memory: u64,
    /// Time from the start of the call to its end, waiting included; zero if it ended before it was made.
    pub time: Duration,
    /// Bytes of the parameters.
    ///
    /// Where an app is on either side, they are what the parameters are paid for as, and `docs/budgets.md` has the table: the bytes of strings and lists,
    /// more for elements that are passed one by one, nothing for a few numbers. Elsewhere they are the length of the [image](crate::image::Image).
    pub params: u64,
    /// Bytes of the result, counted alike; zero if there is none.
    pub result: u64,
    /// The calls that it made, in the order in which they began. Several of a system's may have run at the same time.
    pub calls: Vec<Trace>,
    /// The calls below it that are not in the tree, because that has as many as it may have.
    pub omitted: Omitted,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It has a value.
    Ok,
    /// It has none, for a reason of this [kind](crate::CallError::kind).
    Failed(&'static str),
    /// It had not ended when one above it was given up, and may go on without its caller: see [`GiveUp`](crate::GiveUp). What it has used is in the fuel of that one.
    #[default]
    Unfinished,
}

/// Calls that a [`Trace`] has no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Omitted {
    /// How many.
    pub calls: u64,
    /// Units of fuel that they used.
    pub fuel: u64,
}

impl Outcome {
    /// Whether there is a value.
    #[must_use]
    pub fn is_ok(self) -> bool {
        self == Outcome::Ok
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Ok => "ok",
            Outcome::Failed(kind) => kind,
            Outcome::Unfinished => "unfinished",
        })
    }
}

impl Trace {
    /// What the call used, as [`Call::receipt`](crate::Call::receipt) gives it.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        Receipt { fuel: self.fuel, time: self.time, memory: self.memory, retries: 0 }
    }

    /// Units of fuel that the call used itself, and none of those that it made: those of all calls, and what was omitted, sum up to the fuel of the first.
    ///
    /// Calls that a system makes at the same time may together use more than was left, and only what was left is charged to it. Then this is
    /// zero, and the sum is more.
    #[must_use]
    pub fn own_fuel(&self) -> u64 {
        let below = self.calls.iter().fold(self.omitted.fuel, |sum, call| sum.saturating_add(call.fuel));
        self.fuel.saturating_sub(below)
    }

    /// This call and all below it, each before those that it made.
    pub fn all(&self) -> impl Iterator<Item = &Trace> {
        self.with_depth().map(|(_, call)| call)
    }

    /// As [`all`](Trace::all), each with the number of calls above it.
    fn with_depth(&self) -> impl Iterator<Item = (usize, &Trace)> {
        let mut waiting = vec![(0, self)];
        std::iter::from_fn(move || {
            let (depth, call) = waiting.pop()?;
            waiting.extend(call.calls.iter().rev().map(|below| (depth + 1, below)));
            Some((depth, call))
        })
    }
}

/// The columns of one line, but for the last.
struct Line {
    depth: usize,
    name: String,
    fuel: [u64; 2],
    outcome: Outcome,
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<(Line, &Trace)> = self.with_depth().map(|(depth, call)| (call.line(depth), call)).collect();
        let width = |of: fn(&Line) -> usize| lines.iter().map(|(line, _)| of(line)).max().unwrap_or(0);
        let name = width(|line| line.name.chars().count());
        let (fuel, own) = (width(|line| digits(line.fuel[0])), width(|line| digits(line.fuel[1])));
        let outcome = width(|line| line.outcome.to_string().len());
        // What was omitted of a call stands behind what was not.
        let mut omitted: Vec<(usize, Omitted)> = Vec::new();
        for (index, (line, call)) in lines.iter().enumerate() {
            while let Some((depth, more)) = omitted.pop_if(|(depth, _)| *depth > line.depth) {
                more.write(depth, f)?;
            }
            if index > 0 {
                f.write_str("\n")?;
            }
            let [all, alone] = line.fuel;
            write!(f, "{:name$}  {:outcome$}  {all:>fuel$} fuel, {alone:>own$} its own", line.name, line.outcome)?;
            write!(f, ", {} bytes grown, {:?}, {} bytes in, {} out", call.memory, call.time, call.params, call.result)?;
            if call.claimed {
                f.write_str(", as its peer claims")?;
            }
            if call.omitted.calls > 0 {
                omitted.push((line.depth + 1, call.omitted));
            }
        }
        omitted.iter().rev().try_for_each(|(depth, more)| more.write(*depth, f))
    }
}

impl Omitted {
    fn write(self, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, indent) = (count(self.calls, "more call"), 2 * depth);
        write!(f, "\n{:indent$}and {calls}: {} fuel", "", self.fuel)
    }
}

impl Trace {
    fn line(&self, depth: usize) -> Line {
        let mut name = format!("{:1$}{2}", "", 2 * depth, printable(&self.instance));
        if let Some(app) = self.app.as_ref().filter(|app| **app != self.instance) {
            name.push_str(&format!(" ({})", printable(app)));
        }
        name.push_str(&format!(" {}", printable(&self.function)));
        Line { depth, name, fuel: [self.fuel, self.own_fuel()], outcome: self.outcome }
    }
}

fn digits(number: u64) -> usize {
    successors(Some(number), |number| Some(number / 10).filter(|rest| *rest > 0)).count()
}
