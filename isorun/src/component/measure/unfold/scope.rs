//! What names mean inside a component: its index spaces, and what is in them.

use std::collections::HashMap;

use wasmparser::{ComponentExternalKind, ComponentOuterAliasKind, ComponentTypeRef, TypeBounds};

/// Something that a component has a number for. Two that are equal are the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Item {
    /// A core module, if it is known which.
    Module(Option<usize>),
    Component(usize),
    Instance(usize),
    Func {
        ty: usize,
        /// Whether a component defines it, and not the host.
        lifted: bool,
    },
    Type(usize),
    /// Something of core wasm.
    Core,
    /// Something that does not exist, or is not supported: the validator says so.
    Nothing,
}

impl Item {
    pub(super) fn unknown(kind: ComponentExternalKind) -> Item {
        match kind {
            ComponentExternalKind::Module => Item::Module(None),
            _ => Item::Nothing,
        }
    }
}

/// A component that can be instantiated.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Component {
    /// Its place among all components; `None` if it is imported.
    pub(super) code: Option<usize>,
    /// The scope around it.
    pub(super) scope: Option<usize>,
    /// How many definitions a copy of it has.
    pub(super) weight: u64,
    /// How large its type is.
    pub(super) types: u64,
    /// What instances of it are like, if it is imported.
    pub(super) declared: Option<usize>,
}

/// A type.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ty {
    /// How many types it is, written out.
    pub(super) size: u64,
    /// What an instance of this type is like, or an instance of a component of this type.
    pub(super) instance: Option<usize>,
}

struct InstanceItems<'a> {
    exports: HashMap<&'a str, Item>,
    size: Size,
    functions: u64,
}

/// How large something is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// How many definitions a copy of it has.
    pub(super) weight: u64,
    /// How many types it has, written out.
    pub(super) types: u64,
}

/// The index spaces of a component, or of a type of a component or of an instance.
#[derive(Default)]
pub(super) struct Scope {
    around: Option<usize>,
    pub(super) types: Vec<usize>,
    modules: Vec<Item>,
    components: Vec<Item>,
    instances: Vec<Item>,
    funcs: Vec<Item>,
}

impl Scope {
    pub(super) fn push(&mut self, item: Item) {
        match item {
            Item::Module(_) => self.modules.push(item),
            Item::Component(_) => self.components.push(item),
            Item::Instance(_) => self.instances.push(item),
            Item::Func { .. } => self.funcs.push(item),
            Item::Type(ty) => self.types.push(ty),
            Item::Core | Item::Nothing => {}
        }
    }

    pub(super) fn get(&self, kind: ComponentExternalKind, index: u32) -> Item {
        let space = match kind {
            ComponentExternalKind::Module => &self.modules,
            ComponentExternalKind::Component => &self.components,
            ComponentExternalKind::Instance => &self.instances,
            ComponentExternalKind::Func => &self.funcs,
            ComponentExternalKind::Type => {
                return self.types.get(index as usize).map_or(Item::Nothing, |ty| Item::Type(*ty));
            }
            ComponentExternalKind::Value => return Item::Nothing,
        };
        space.get(index as usize).copied().unwrap_or(Item::Nothing)
    }

    /// A type; the smallest if there is none.
    pub(super) fn ty(&self, index: u32) -> usize {
        self.types.get(index as usize).copied().unwrap_or(SMALLEST)
    }
}

/// The type that stands for those that are not there.
pub(super) const SMALLEST: usize = 0;

/// Everything that was unfolded. Things refer to each other by their places in these lists, so that nothing is copied.
pub(super) struct Unfolded<'a> {
    pub(super) scopes: Vec<Scope>,
    pub(super) components: Vec<Component>,
    types: Vec<Ty>,
    instances: Vec<InstanceItems<'a>>,
}

impl Default for Unfolded<'_> {
    fn default() -> Self {
        Unfolded {
            scopes: Vec::new(),
            components: Vec::new(),
            types: vec![Ty { size: 1, instance: None }],
            instances: Vec::new(),
        }
    }
}

impl<'a> Unfolded<'a> {
    pub(super) fn scope(&mut self, around: Option<usize>) -> usize {
        self.scopes.push(Scope { around, ..Scope::default() });
        self.scopes.len() - 1
    }

    pub(super) fn component(&mut self, component: Component) -> usize {
        self.components.push(component);
        self.components.len() - 1
    }

    pub(super) fn ty(&mut self, ty: Ty) -> usize {
        self.types.push(ty);
        self.types.len() - 1
    }

    pub(super) fn type_size(&self, ty: usize) -> u64 {
        self.types.get(ty).map_or(1, |ty| ty.size)
    }

    pub(super) fn instance(&mut self, exports: HashMap<&'a str, Item>) -> usize {
        let mut size = Size { weight: 1, types: 1 };
        let mut functions = 0_u64;
        for (name, item) in &exports {
            let item_size = self.size(*item);
            size.weight = size.weight.saturating_add(item_size.weight);
            size.types = size.types.saturating_add(item_size.types).saturating_add(label(name));
            functions = functions.saturating_add(match item {
                Item::Func { .. } => 1,
                Item::Instance(instance) => self.functions(*instance),
                _ => 0,
            });
        }
        self.instances.push(InstanceItems { exports, size, functions });
        self.instances.len() - 1
    }

    /// How many functions an instance exports, those of instances in it included.
    pub(super) fn functions(&self, instance: usize) -> u64 {
        self.instances.get(instance).map_or(0, |instance| instance.functions)
    }

    pub(super) fn size(&self, item: Item) -> Size {
        let of_type = |ty| Size { weight: 1, types: self.type_size(ty) };
        match item {
            Item::Module(_) | Item::Core | Item::Nothing => Size { weight: 1, types: 1 },
            Item::Component(component) => {
                self.components.get(component).map_or(Size::default(), |of| Size { weight: of.weight, types: of.types })
            }
            Item::Instance(instance) => self.instances.get(instance).map_or(Size::default(), |instance| instance.size),
            Item::Func { ty, .. } | Item::Type(ty) => of_type(ty),
        }
    }

    pub(super) fn export(&self, instance: Item, name: &str) -> Option<Item> {
        match instance {
            Item::Instance(instance) => self.instances.get(instance)?.exports.get(name).copied(),
            _ => None,
        }
    }

    /// What stands at an index of the scope so many steps up.
    pub(super) fn outer(&self, scope: usize, kind: ComponentOuterAliasKind, up: u32, index: u32) -> Item {
        let around = |scope: &usize| self.scopes.get(*scope)?.around;
        // It ends at the outermost scope, though a stranger's number of steps may be any.
        let scope = std::iter::successors(Some(scope), around).nth(usize::try_from(up).unwrap_or(usize::MAX));
        let Some(scope) = scope.and_then(|scope| self.scopes.get(scope)) else { return Item::Nothing };
        match kind {
            ComponentOuterAliasKind::CoreModule => scope.get(ComponentExternalKind::Module, index),
            ComponentOuterAliasKind::Component => scope.get(ComponentExternalKind::Component, index),
            ComponentOuterAliasKind::Type => scope.get(ComponentExternalKind::Type, index),
            ComponentOuterAliasKind::CoreType => Item::Core,
        }
    }

    /// Whatever has the type that an import or export declares.
    pub(super) fn declared(&mut self, scope: usize, ty: ComponentTypeRef) -> Item {
        let of = |index| self.scopes[scope].ty(index);
        match ty {
            ComponentTypeRef::Module(_) => Item::Module(None),
            ComponentTypeRef::Func(index) => Item::Func { ty: of(index), lifted: false },
            ComponentTypeRef::Type(TypeBounds::Eq(index)) => Item::Type(of(index)),
            ComponentTypeRef::Type(TypeBounds::SubResource) => Item::Type(SMALLEST),
            ComponentTypeRef::Value(_) => Item::Nothing,
            ComponentTypeRef::Instance(index) => {
                let declared = self.types[of(index)].instance;
                Item::Instance(declared.unwrap_or_else(|| self.instance(HashMap::new())))
            }
            ComponentTypeRef::Component(index) => {
                let ty = self.types[of(index)];
                let declared = Some(ty.instance.unwrap_or_else(|| self.instance(HashMap::new())));
                Item::Component(self.component(Component {
                    weight: 1,
                    types: ty.size,
                    declared,
                    ..Component::default()
                }))
            }
        }
    }
}

/// What a name counts in a type: it is copied with it.
pub(super) fn label(name: &str) -> u64 {
    1 + name.len() as u64 / 64
}
