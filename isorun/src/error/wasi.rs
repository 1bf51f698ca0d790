//! Why a component imports WASI, which its author rarely asked for.

use std::fmt;

/// Why a component imports an interface of WASI: what its code does that makes the toolchain add the import.
///
/// It displays as a clause about the component, such as "it prints: ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WasiReason {
    /// Standard output, standard error: printing, and the default message of a panic.
    Printing,
    /// Standard input.
    Input,
    /// Whether input or output is a terminal.
    Terminal,
    /// Random numbers, first of all the seeds of hash maps.
    Random,
    /// The time of day, or how much time passes.
    Clocks,
    /// Files and folders.
    Files,
    /// Arguments, environment variables, the current folder.
    Environment,
    /// Ending the program.
    Exit,
    /// Streams, pollables and errors, which the other interfaces of WASI use.
    Plumbing,
    /// TCP, UDP and the names of hosts.
    Sockets,
    /// Requests over HTTP, sent or received.
    Http,
    /// An interface of WASI that is not among the usual ones.
    Other,
}

impl WasiReason {
    /// The reason for the import of this name; `None` if it is not WASI's.
    pub(crate) fn of(import: &str) -> Option<WasiReason> {
        let path = import.strip_prefix("wasi:")?;
        let path = path.split_once('@').map_or(path, |(path, _)| path);
        let (package, interface) = path.split_once('/').unwrap_or((path, ""));
        Some(match (package, interface) {
            ("cli", "stdout" | "stderr") => WasiReason::Printing,
            ("cli", "stdin") => WasiReason::Input,
            ("cli", interface) if interface.starts_with("terminal-") => WasiReason::Terminal,
            ("cli", "environment") => WasiReason::Environment,
            ("cli", "exit") => WasiReason::Exit,
            ("random", _) => WasiReason::Random,
            ("clocks", _) => WasiReason::Clocks,
            ("filesystem", _) => WasiReason::Files,
            ("io", _) => WasiReason::Plumbing,
            ("sockets", _) => WasiReason::Sockets,
            ("http", _) => WasiReason::Http,
            _ => WasiReason::Other,
        })
    }

    /// What the app's author can do where the toolchain's own cure is not all.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            WasiReason::Printing => "write to an interface such as `isorun:log`",
            WasiReason::Input => "take what is to be read as a parameter",
            WasiReason::Terminal | WasiReason::Plumbing => "remove the other imports of WASI",
            WasiReason::Random => {
                "give hash maps a hasher with fixed seeds, or import an interface such as `isorun:random`"
            }
            WasiReason::Clocks => "take the time as a parameter, or import an interface such as `isorun:clock`",
            WasiReason::Files => "import an interface such as `isorun:fs`",
            WasiReason::Environment => "take settings as parameters",
            WasiReason::Exit => "return an error as a value",
            WasiReason::Sockets | WasiReason::Http => "import an interface that the host implements over its network",
            WasiReason::Other => "import an interface that the host implements",
        }
    }
}

impl fmt::Display for WasiReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WasiReason::Printing => "it prints: `println!`, `eprintln!`, `dbg!`, or the default message of a panic",
            WasiReason::Input => "it reads standard input: `std::io::stdin`",
            WasiReason::Terminal => "it comes along with standard input and output, to ask whether they are a terminal",
            WasiReason::Random => "it asks for random numbers: the seeds of every `HashMap`, or a crate such as `rand`",
            WasiReason::Clocks => "it asks for the time: `Instant`, `SystemTime`, or sleeping",
            WasiReason::Files => "it opens files: `std::fs`, or a standard library that prepares to",
            WasiReason::Environment => "it reads its environment: `std::env`, or a standard library that prepares to",
            WasiReason::Exit => "it may end the program: `std::process::exit`, or a `main` that fails",
            WasiReason::Plumbing => "it comes along with the other imports of WASI, which use streams and pollables",
            WasiReason::Sockets => "it opens connections: `std::net`",
            WasiReason::Http => "it sends or answers requests over HTTP",
            WasiReason::Other => "it was built for a target with WASI",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_import_has_its_reason() {
        for (import, reason) in [
            ("wasi:cli/stdout@0.2.6", Some(WasiReason::Printing)),
            ("wasi:cli/stderr@0.2.0", Some(WasiReason::Printing)),
            ("wasi:cli/stdin@0.2.0", Some(WasiReason::Input)),
            ("wasi:cli/terminal-stdout@0.2.0", Some(WasiReason::Terminal)),
            ("wasi:cli/environment@0.2.0", Some(WasiReason::Environment)),
            ("wasi:cli/exit@0.2.0", Some(WasiReason::Exit)),
            ("wasi:random/insecure-seed@0.2.0", Some(WasiReason::Random)),
            ("wasi:clocks/monotonic-clock@0.2.0", Some(WasiReason::Clocks)),
            ("wasi:filesystem/preopens@0.2.0", Some(WasiReason::Files)),
            ("wasi:io/poll@0.2.0", Some(WasiReason::Plumbing)),
            ("wasi:sockets/tcp", Some(WasiReason::Sockets)),
            ("wasi:http/types@0.3.0-rc-1", Some(WasiReason::Http)),
            ("wasi:nn/graph", Some(WasiReason::Other)),
            ("wasi:", Some(WasiReason::Other)),
            ("wasix:cli/stdout", None),
            ("isorun:cli/stdout", None),
        ] {
            assert_eq!(WasiReason::of(import), reason, "{import}");
        }
    }
}
