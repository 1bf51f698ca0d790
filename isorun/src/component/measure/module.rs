//! What a core module is made of, and what the engine allocates for each instance of it.

use wasmparser::{
    CompositeInnerType, ElementItems, ElementKind, ElementSectionReader, ExportSectionReader, ExternalKind,
    GlobalSectionReader, ImportSectionReader, Result, TypeRef, TypeSectionReader,
};

use super::core_type;

/// A core module, as far as was read.
#[derive(Default)]
pub(super) struct Module {
    pub(super) signatures: Signatures,
    pub(super) facts: Facts,
    /// The parameters and results of all functions together, each as often as a function has it.
    pub(super) values: u64,
    /// How many bodies were read.
    pub(super) bodies: usize,
}

/// Which values functions take and give.
#[derive(Default)]
pub(super) struct Signatures {
    /// The parameters and results of each type; of one that is no function's, none.
    types: Vec<(u16, u16)>,
    /// The type of each function, those that are imported first.
    functions: Vec<u32>,
}

impl Signatures {
    pub(super) fn of_type(&self, index: u32) -> (u32, u32) {
        self.types.get(index as usize).map_or((0, 0), |(params, results)| ((*params).into(), (*results).into()))
    }

    pub(super) fn of_function(&self, index: u32) -> (u32, u32) {
        self.functions.get(index as usize).map_or((0, 0), |ty| self.of_type(*ty))
    }
}

/// How many of each thing a module has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    pub(super) imported_functions: u64,
    /// Tables, memories, globals and tags that are imported.
    pub(super) other_imports: u64,
    pub(super) functions: u64,
    pub(super) tables: u64,
    pub(super) memories: u64,
    pub(super) globals: u64,
    pub(super) tags: u64,
    pub(super) exports: u64,
    /// How often something names a function that others may then call by reference.
    pub(super) references: u64,
    pub(super) passive_segments: u64,
    pub(super) passive_elements: u64,
    pub(super) data_segments: u64,
}

impl Facts {
    pub(super) fn imports(&self) -> u64 {
        self.imported_functions + self.other_imports
    }

    /// An upper bound of the bytes that the engine allocates for an instance of the module, beside its memories and tables themselves.
    ///
    /// It follows `VMOffsets` of wasmtime-environ, for pointers of 8 bytes, and `vm/instance.rs`. A test holds it against what is allocated.
    pub(super) fn engine_bytes(&self) -> u64 {
        // A function that is imported is one that others have a reference to.
        let referenced = self.imported_functions.saturating_add(self.references.min(self.functions));
        [
            // The instance's own structure, its entry in the store, and that of its module.
            (1, 768),
            (self.imported_functions, 32),
            (self.other_imports, 32),
            (self.memories, 512),
            (self.tables, 256),
            (self.globals, 16),
            (self.tags, 16),
            (referenced, 32),
            (self.passive_segments, 64),
            (self.passive_elements, 16),
            (self.data_segments, 16),
        ]
        .iter()
        .fold(0, |sum, (count, bytes)| sum.saturating_add(count.saturating_mul(*bytes)))
    }
}

impl Module {
    /// Reads the types; how many there are, their fields, parameters and results included.
    pub(super) fn types(&mut self, section: TypeSectionReader<'_>) -> Result<u64> {
        let mut parts = 0;
        for group in section {
            for ty in group?.into_types() {
                parts += 1 + core_type::of_type(&ty);
                self.signatures.types.push(match &ty.composite_type.inner {
                    CompositeInnerType::Func(ty) => (ty.params().len() as u16, ty.results().len() as u16),
                    _ => (0, 0),
                });
            }
        }
        Ok(parts)
    }

    /// Reads the imports; how long their names are.
    pub(super) fn imports(&mut self, section: ImportSectionReader<'_>) -> Result<u64> {
        let mut names = 0;
        for import in section.into_imports() {
            let import = import?;
            names += (import.module.len() + import.name.len()) as u64;
            match import.ty {
                TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                    self.facts.imported_functions += 1;
                    self.signature(ty);
                }
                TypeRef::Table(_) | TypeRef::Memory(_) | TypeRef::Global(_) | TypeRef::Tag(_) => {
                    self.facts.other_imports += 1;
                }
            }
        }
        Ok(names)
    }

    pub(super) fn function(&mut self, ty: u32) {
        self.facts.functions += 1;
        self.signature(ty);
    }

    fn signature(&mut self, ty: u32) {
        let (params, results) = self.signatures.of_type(ty);
        self.values = self.values.saturating_add(u64::from(params) + u64::from(results));
        self.signatures.functions.push(ty);
    }

    /// How many parameters the next body has.
    pub(super) fn next_params(&mut self) -> u32 {
        let index = usize::try_from(self.facts.imported_functions).unwrap_or(usize::MAX).saturating_add(self.bodies);
        self.bodies += 1;
        u32::try_from(index).map_or(0, |index| self.signatures.of_function(index).0)
    }

    /// Reads the globals. One may begin with a reference to a function.
    pub(super) fn globals(&mut self, section: GlobalSectionReader<'_>) {
        self.facts.globals += u64::from(section.count());
        self.facts.references += u64::from(section.count());
    }

    /// Reads the exports; how long their names are.
    pub(super) fn exports(&mut self, section: ExportSectionReader<'_>) -> Result<u64> {
        let mut names = 0;
        for export in section {
            let export = export?;
            names += export.name.len() as u64;
            self.facts.exports += 1;
            self.facts.references += u64::from(matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact));
        }
        Ok(names)
    }

    /// Reads the element segments; how many elements they have.
    pub(super) fn elements(&mut self, section: ElementSectionReader<'_>) -> Result<u64> {
        let mut all = 0;
        for element in section {
            let element = element?;
            let items = match &element.items {
                ElementItems::Functions(items) => items.count(),
                ElementItems::Expressions(_, items) => items.count(),
            };
            let items = u64::from(items);
            all += items;
            self.facts.references += items;
            // An active segment that is not laid out when compiled is kept like a passive one.
            if !matches!(element.kind, ElementKind::Declared) {
                self.facts.passive_segments += 1;
            }
            if matches!(element.kind, ElementKind::Passive) {
                self.facts.passive_elements += items;
            }
        }
        Ok(all)
    }
}
