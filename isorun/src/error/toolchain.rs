//! What made a component, and how it is told to leave WASI out.

use std::fmt;

/// The toolchain that made a component, as far as the component's `producers` sections tell.
///
/// The order is that of knowledge: who made the component of an interpreter knows more than who compiled the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Toolchain {
    /// clang, for C or C++.
    C,
    /// rustc.
    Rust,
    /// TinyGo or Go.
    Go,
    /// componentize-py.
    Python,
    /// componentize-js, also by way of `jco componentize`.
    JavaScript,
}

impl Toolchain {
    /// How to build without WASI: what continues "help: ".
    pub(crate) fn cure(self) -> &'static str {
        match self {
            Toolchain::JavaScript => {
                "componentize with `disableFeatures: [\"stdio\", \"random\", \"clocks\", \"http\", \"fetch-event\"]`, or `jco componentize -d stdio random clocks http fetch-event`"
            }
            Toolchain::Python => "componentize with `componentize-py .. componentize --stub-wasi ..`",
            Toolchain::Rust => {
                "build for the target `wasm32-unknown-unknown` instead of one of WASI, and make a component of it with `wasm-tools component new`, without an adapter"
            }
            Toolchain::C => {
                "link a reactor without start files (`-mexec-model=reactor -nostartfiles`) and without `stdio.h`, and make a component of it without an adapter"
            }
            Toolchain::Go => "build with TinyGo for a target without WASI (`-target=wasm-unknown`)",
        }
    }

    /// Whether the component holds an interpreter, with everything that one may ever need.
    pub(crate) fn is_interpreted(self) -> bool {
        matches!(self, Toolchain::JavaScript | Toolchain::Python)
    }

    /// How to build without WASI if it is not known what made the component.
    pub(crate) const CURE: &str = "build for a target without WASI: `wasm32-unknown-unknown` in Rust, `disableFeatures` of componentize-js, `--stub-wasi` of componentize-py, a reactor without start files in C";
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Toolchain::C => "clang",
            Toolchain::Rust => "rustc",
            Toolchain::Go => "Go",
            Toolchain::Python => "componentize-py",
            Toolchain::JavaScript => "componentize-js",
        })
    }
}
