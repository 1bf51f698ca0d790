//! What a component will cost, counted before its types are resolved and before it is compiled.
//!
//! # Invariants
//!
//! * The time is linear in the component's bytes, and in the limits on definitions and nesting or their defaults, whichever are larger, where
//!   what the component means is more than those.
//! * Nothing that wasmparser reads by recursion is read before its depth is known.
//! * Whatever does not make sense costs nothing here: the validator, which comes next, refuses it in its own words.

mod body;
mod core_type;
mod module;
mod nesting;
mod unfold;

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentAliasSectionReader, ComponentExportSectionReader,
    ComponentImportSectionReader, ComponentTypeSectionReader, CoreTypeSectionReader, DataKind, Encoding, FunctionBody,
    Parser, Payload, Result, TableInit, WasmFeatures,
};

use super::needs::Needs;
use crate::limits::app::{AppLimit, AppLimits, Exceeded};
use module::{Facts, Module};
use unfold::{Bounds, Code, Counted, Part};

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    bytes: u64,
    code: u64,
    nesting: u64,
    items: u64,
    types: u64,
    functions: u64,
    function_bytes: u64,
    locals: u64,
    function_values: u64,
    control_flow: u64,
    loop_depth: u64,
    globals: u64,
    segments: u64,
    elements: u64,
    links: u64,
    name_bytes: u64,
    core_instances: u64,
    memories: u64,
    tables: u64,
    engine_bytes: u64,
}

impl Measured {
    fn get(&self, limit: AppLimit) -> u64 {
        match limit {
            AppLimit::Bytes => self.bytes,
            AppLimit::Code => self.code,
            AppLimit::Nesting => self.nesting,
            AppLimit::Items => self.items,
            AppLimit::Types => self.types,
            AppLimit::CoreInstances => self.core_instances,
            AppLimit::Memories => self.memories,
            AppLimit::Tables => self.tables,
            AppLimit::Functions => self.functions,
            AppLimit::FunctionBytes => self.function_bytes,
            AppLimit::Locals => self.locals,
            AppLimit::FunctionValues => self.function_values,
            AppLimit::ControlFlow => self.control_flow,
            AppLimit::LoopDepth => self.loop_depth,
            AppLimit::Globals => self.globals,
            AppLimit::Segments => self.segments,
            AppLimit::Elements => self.elements,
            AppLimit::Links => self.links,
            AppLimit::NameBytes => self.name_bytes,
            AppLimit::EngineBytes => self.engine_bytes,
        }
    }

    /// Every limit that the component exceeds.
    pub(crate) fn exceeded(&self, limits: &AppLimits) -> Vec<Exceeded> {
        let exceeded =
            AppLimit::ALL.iter().map(|&what| Exceeded { what, found: self.get(what), limit: limits.get(what) });
        exceeded.filter(|Exceeded { found, limit, .. }| found > limit).collect()
    }

    /// What one store of it takes.
    pub(crate) fn needs(&self) -> Needs {
        let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Needs {
            core_instances: number(self.core_instances),
            memories: number(self.memories),
            tables: number(self.tables),
            engine_bytes: self.engine_bytes,
        }
    }
}

/// Bytes that isorun itself allocates in each store for a function that the app exports.
const EXPORTED: u64 = 40;

/// Counts a component. An error is of the parser, about bytes that are no component.
pub(crate) fn measure(bytes: &[u8], features: WasmFeatures, limits: &AppLimits) -> Result<Measured> {
    let mut measure = Measure::new(bytes, features, limits);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(bytes) {
        measure.payload(payload?)?;
    }
    measure.unfolded()
}

struct Measure<'a> {
    bytes: &'a [u8],
    features: WasmFeatures,
    bounds: Bounds,
    found: Measured,
    codes: Vec<Code<'a>>,
    modules: Vec<Facts>,
    /// The components that are open, by their places.
    open: Vec<usize>,
    /// The module that is open; modules have nothing inside.
    module: Option<Module>,
    /// Bytes by which the open module initialises its globals and tables: one function of the compiler's.
    initialisers: u64,
}

impl<'a> Measure<'a> {
    fn new(bytes: &'a [u8], features: WasmFeatures, limits: &AppLimits) -> Measure<'a> {
        // Lower limits do not end the counting sooner, so that everything that is exceeded is told.
        let default = AppLimits::default();
        let bounds = Bounds { depth: limits.nesting.max(default.nesting), steps: limits.items.max(default.items) };
        let found = Measured { bytes: bytes.len() as u64, ..Measured::default() };
        let (codes, modules, open, module) = (Vec::new(), Vec::new(), Vec::new(), None);
        Measure { bytes, features, bounds, found, codes, modules, open, module, initialisers: 0 }
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::Version { encoding, .. } => self.begin(encoding),
            Payload::End(_) => self.end(),
            Payload::ComponentTypeSection(section) => self.types(section)?,
            Payload::ComponentImportSection(section) => self.imports(section)?,
            Payload::ComponentExportSection(section) => self.exports(section)?,
            Payload::ComponentAliasSection(section) => self.aliases(section)?,
            Payload::CoreTypeSection(section) => self.core_types(section)?,
            Payload::ComponentCanonicalSection(section) => self.part(section.count(), Part::Canonical(section)),
            Payload::InstanceSection(section) => self.part(section.count(), Part::CoreInstances(section)),
            Payload::ComponentInstanceSection(section) => self.part(section.count(), Part::Instances(section)),
            payload => {
                if let Some(mut module) = self.module.take() {
                    self.of_module(&mut module, payload)?;
                    self.module = Some(module);
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, encoding: Encoding) {
        let around = self.open.last().copied();
        let part = match encoding {
            Encoding::Module => {
                self.module = Some(Module::default());
                Part::Module(self.modules.len())
            }
            Encoding::Component => {
                self.codes.push(Code::default());
                self.open.push(self.codes.len() - 1);
                Part::Component(self.codes.len() - 1)
            }
        };
        let depth = self.open.len() as u64 + u64::from(self.module.is_some());
        self.found.nesting = self.found.nesting.max(depth);
        self.found.items += 1;
        if let Some(around) = around {
            self.codes[around].parts.push(part);
        }
    }

    fn end(&mut self) {
        match self.module.take() {
            Some(module) => {
                self.modules.push(module.facts);
                self.found.types = self.found.types.saturating_add(module.values);
                self.found.function_bytes = self.found.function_bytes.max(self.initialisers);
                self.initialisers = 0;
            }
            None => {
                self.open.pop();
            }
        }
    }

    /// Keeps a part of the component that is open. Past the bounds nothing is kept, since nothing will be unfolded.
    fn part(&mut self, items: u32, part: Part<'a>) {
        self.found.items = self.found.items.saturating_add(u64::from(items) + 1);
        if let Some(open) = self.open.last()
            && self.found.items <= self.bounds.steps
        {
            self.codes[*open].parts.push(part);
        }
    }

    fn types(&mut self, section: ComponentTypeSectionReader<'a>) -> Result<()> {
        let nesting = nesting::scan(self.bytes, section.range(), self.features)?;
        self.found.items = self.found.items.saturating_add(nesting.items);
        self.found.nesting = self.found.nesting.max(self.open.len() as u64 + nesting.depth);
        self.part(0, Part::Types(section));
        Ok(())
    }

    /// Core types are counted here and not kept: nothing that is unfolded depends on them, so that they are read only once.
    fn core_types(&mut self, section: CoreTypeSectionReader<'a>) -> Result<()> {
        self.found.items = self.found.items.saturating_add(1);
        for ty in section {
            self.found.items = self.found.items.saturating_add(1 + core_type::parts(&ty?));
        }
        Ok(())
    }

    fn imports(&mut self, section: ComponentImportSectionReader<'a>) -> Result<()> {
        for import in section.clone() {
            self.found.name_bytes += import?.name.name.len() as u64;
        }
        self.part(section.count(), Part::Imports(section));
        Ok(())
    }

    fn exports(&mut self, section: ComponentExportSectionReader<'a>) -> Result<()> {
        for export in section.clone() {
            self.found.name_bytes += export?.name.name.len() as u64;
        }
        self.part(section.count(), Part::Exports(section));
        Ok(())
    }

    fn aliases(&mut self, section: ComponentAliasSectionReader<'a>) -> Result<()> {
        for alias in section.clone() {
            // What is taken from further out is taken by every component on the way. None is deeper than the bounds, or nothing is unfolded.
            if let ComponentAlias::Outer { kind, count, index } = alias?
                && self.found.nesting <= self.bounds.depth
            {
                let around = self.open.iter().rev().take(count as usize);
                for (up, code) in around.enumerate() {
                    let up = u32::try_from(up).unwrap_or(u32::MAX);
                    self.codes[*code].captured.push((kind, count - up, index));
                    self.found.items += 1;
                }
            }
        }
        self.part(section.count(), Part::Aliases(section));
        Ok(())
    }

    fn of_module(&mut self, module: &mut Module, payload: Payload<'a>) -> Result<()> {
        let found = &mut self.found;
        match payload {
            Payload::TypeSection(section) => found.types = found.types.saturating_add(module.types(section)?),
            Payload::ImportSection(section) => {
                let before = module.facts.imports();
                found.name_bytes += module.imports(section)?;
                found.links += module.facts.imports() - before;
            }
            Payload::FunctionSection(section) => {
                found.functions += u64::from(section.count());
                for ty in section {
                    module.function(ty?);
                }
            }
            Payload::TableSection(section) => {
                module.facts.tables += u64::from(section.count());
                for table in section {
                    let table = table?;
                    found.elements = found.elements.saturating_add(table.ty.initial);
                    if let TableInit::Expr(expression) = table.init {
                        self.initialisers += length(expression.get_binary_reader());
                    }
                }
            }
            Payload::MemorySection(section) => module.facts.memories += u64::from(section.count()),
            Payload::TagSection(section) => module.facts.tags += u64::from(section.count()),
            Payload::GlobalSection(section) => {
                found.globals += u64::from(section.count());
                self.initialisers += section.range().len() as u64;
                module.globals(section);
            }
            Payload::ExportSection(section) => {
                found.links += u64::from(section.count());
                found.name_bytes += module.exports(section)?;
            }
            Payload::StartSection { .. } => module.facts.references += 1,
            Payload::ElementSection(section) => {
                found.segments += u64::from(section.count());
                self.initialisers += section.range().len() as u64;
                found.elements = found.elements.saturating_add(module.elements(section)?);
            }
            Payload::DataSection(section) => {
                found.segments += u64::from(section.count());
                module.facts.data_segments += u64::from(section.count());
                for data in section {
                    if let DataKind::Active { offset_expr, .. } = data?.kind {
                        self.initialisers += length(offset_expr.get_binary_reader());
                    }
                }
            }
            Payload::CodeSectionStart { size, .. } => found.code = found.code.saturating_add(size.into()),
            Payload::CodeSectionEntry(body) => self.body(module, &body)?,
            _ => {}
        }
        Ok(())
    }

    fn body(&mut self, module: &mut Module, body: &FunctionBody<'a>) -> Result<()> {
        let (params, found) = (module.next_params(), &mut self.found);
        found.function_bytes = found.function_bytes.max(body.range().len() as u64);
        let counted = body::count(body, &module.signatures, params)?;
        found.locals = found.locals.saturating_add(counted.locals);
        found.function_values = found.function_values.max(counted.values);
        found.control_flow = found.control_flow.saturating_add((counted.values / 1000).saturating_pow(2));
        found.loop_depth = found.loop_depth.max(counted.loops);
        Ok(())
    }

    /// Adds what the component means when it is unfolded, unless what it has without that is past the bounds already.
    fn unfolded(self) -> Result<Measured> {
        let Measure { mut found, codes, modules, bounds, .. } = self;
        if found.items > bounds.steps || found.nesting > bounds.depth {
            return Ok(found);
        }
        let Counted { totals, depth, exported } = unfold::count(&codes, &modules, bounds)?;
        found.nesting = found.nesting.max(depth);
        found.items = found.items.max(totals.items);
        found.types = found.types.saturating_add(totals.types);
        found.functions = found.functions.saturating_add(totals.trampolines).saturating_add(totals.adapters);
        let adapters = totals.adapters.min(totals.core_instances.saturating_add(1));
        found.core_instances = totals.core_instances.saturating_add(adapters);
        found.memories = totals.memories;
        found.tables = totals.tables;
        found.engine_bytes = totals.engine_bytes.saturating_add(exported.saturating_mul(EXPORTED));
        Ok(found)
    }
}

fn length(reader: BinaryReader<'_>) -> u64 {
    reader.bytes_remaining() as u64
}
