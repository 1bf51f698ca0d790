//! Which part of a world is meant: what the attribute says, and generated code carries on to `#[isorun::system]`.

/// A part of a world that is an interface. Its texts are carried by generated code, which finds it again by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorldPart {
    /// `app`.
    pub(crate) world: String,
    pub(crate) side: Side,
    /// The wire name or the name that the world gives it; empty for its root.
    pub(crate) label: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Imports,
    Exports,
}

impl Side {
    pub(crate) const BOTH: [Side; 2] = [Side::Imports, Side::Exports];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Side::Imports => "imports",
            Side::Exports => "exports",
        }
    }
}

impl WorldPart {
    /// The texts that [`WorldPart::from_texts`] reads.
    pub(crate) fn texts(&self) -> [&str; 3] {
        [&self.world, self.side.as_str(), &self.label]
    }

    pub(crate) fn from_texts([world, side, label]: [String; 3]) -> Option<WorldPart> {
        let side = Side::BOTH.into_iter().find(|known| known.as_str() == side)?;
        Some(WorldPart { world, side, label })
    }
}
