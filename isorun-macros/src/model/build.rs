//! From `wit-parser`'s types to the model.

use std::collections::HashMap;

use wit_bindgen_core::Types;
use wit_bindgen_core::wit_parser::{
    self as wit, Docs, FunctionKind, Handle, IndexMap, InterfaceId, Resolve, Stability, TypeDefKind, TypeId, TypeOwner,
    World, WorldItem, WorldKey,
};

use crate::model::{
    Case, Field, Function, Label, Model, Options, Param, Scalar, SharedInterface, SharedKind, Type, TypeDef, TypeKind,
};
use crate::names::{self, Taken};
use crate::signature;
use crate::source::Source;

/// Decides what is generated for the interface of `source`.
pub(crate) fn model(source: &Source, shared: Vec<SharedInterface>, options: Options) -> Model {
    let interface = &source.resolve().interfaces[source.interface];
    let name = interface.name.clone().unwrap_or_else(|| source.wire_name.clone());
    let mut taken = Taken::default();
    let names = type_names(source.resolve(), source.interface, &name, &mut taken);
    let mut builder =
        Builder { source, info: analyze(source.resolve()), shared, types: Vec::new(), by_id: HashMap::new(), taken };
    builder.mark_unknown_shares();
    builder.own_types(&names);

    let mut functions = Vec::new();
    let mut taken = Taken::default();
    for (wit_name, function) in interface.functions.iter().filter(|(_, function)| function.kind.resource().is_none()) {
        functions.push(builder.function(wit_name, function, &mut taken));
    }
    Model {
        wire_name: source.wire_name.clone(),
        trait_name: names::trait_name(&name),
        docs: docs(&interface.docs),
        place: source.place(interface.span),
        functions,
        gated: source.gated(),
        types: builder.types,
        shared: builder.shared,
        files: source.files().to_vec(),
        world: source.world.clone(),
        options,
    }
}

/// The Rust names of an interface's own types. They and the name of its trait are added to `taken`.
fn type_names(resolve: &Resolve, id: InterfaceId, name: &str, taken: &mut Taken) -> HashMap<String, String> {
    for generated in names::GENERATED {
        taken.take(generated);
    }
    taken.take(&names::trait_name(name));
    let reserved = taken.clone();
    let rust_name = |wit_name: &String| {
        let rust_name = names::type_name(wit_name);
        let suffix = if reserved.contains(&rust_name) { "Type" } else { "" };
        (wit_name.clone(), taken.take(&format!("{rust_name}{suffix}")))
    };
    resolve.interfaces[id].types.keys().map(rust_name).collect()
}

/// Asks wit-bindgen which types are errors of functions. It analyses worlds, so all interfaces are imported by one.
fn analyze(resolve: &Resolve) -> Types {
    let mut resolve = resolve.clone();
    let import = |(id, interface): (InterfaceId, &wit::Interface)| {
        let item = WorldItem::Interface {
            id,
            stability: Stability::Unknown,
            external_id: None,
            docs: Docs::default(),
            span: interface.span,
        };
        (WorldKey::Interface(id), item)
    };
    let imports = resolve.interfaces.iter().map(import).collect();
    resolve.worlds.alloc(World {
        name: String::new(),
        imports,
        exports: IndexMap::default(),
        package: None,
        docs: Docs::default(),
        stability: Stability::Unknown,
        includes: Vec::new(),
        span: wit::Span::default(),
    });
    let mut types = Types::default();
    types.analyze(&resolve);
    types
}

struct Builder<'a> {
    source: &'a Source,
    info: Types,
    shared: Vec<SharedInterface>,
    types: Vec<TypeDef>,
    by_id: HashMap<TypeId, usize>,
    taken: Taken,
}

impl Builder<'_> {
    fn mark_unknown_shares(&mut self) {
        let resolve = self.source.resolve();
        let known: Vec<String> = resolve.interfaces.iter().filter_map(|(id, _)| resolve.id_of(id)).collect();
        for shared in &mut self.shared {
            if !known.iter().any(|known| names_the_same(&shared.name, known)) {
                shared.unknown = Some(known.clone());
            }
        }
    }

    /// The types that the interface defines or uses, in the order of the WIT.
    fn own_types(&mut self, names: &HashMap<String, String>) {
        let resolve = self.source.resolve();
        // All names come first, so that a type that refers to a later one finds it.
        let mut definitions = Vec::new();
        for (wit_name, &id) in &resolve.interfaces[self.source.interface].types {
            let rust_name = names.get(wit_name).cloned().unwrap_or_default();
            let definition = if self.is_use(id) { self.definition(id) } else { id };
            match self.by_id.get(&definition) {
                Some(&first) => {
                    let kind = TypeKind::Alias(Type::Named(first));
                    self.add(id, wit_name, rust_name, definition, kind);
                }
                None => {
                    let index = self.add(id, wit_name, rust_name, definition, TypeKind::Record(Vec::new()));
                    self.by_id.insert(definition, index);
                    definitions.push((index, id, definition));
                }
            }
        }
        for (index, id, definition) in definitions {
            self.types[index].kind = self.kind(id, definition);
        }
    }

    /// Whether the interface takes this type from another one, by `use`.
    fn is_use(&self, id: TypeId) -> bool {
        let types = &self.source.resolve().types;
        matches!(types[id].kind, TypeDefKind::Type(wit::Type::Id(other)) if types[other].owner != types[id].owner)
    }

    /// Follows `use` to the definition of a type, or to an interface of `with(..)`, whose module has the type.
    fn definition(&self, mut id: TypeId) -> TypeId {
        if self.shared_interface(id).is_none()
            && let TypeDefKind::Type(wit::Type::Id(other)) = self.source.resolve().types[id].kind
        {
            id = self.definition(other);
        }
        id
    }

    fn shared_interface(&self, id: TypeId) -> Option<usize> {
        let TypeOwner::Interface(owner) = self.source.resolve().types[id].owner else { return None };
        let owner = (owner != self.source.interface).then(|| self.source.resolve().id_of(owner))??;
        self.shared.iter().position(|shared| names_the_same(&shared.name, &owner))
    }

    fn add(&mut self, id: TypeId, wit_name: &str, rust_name: String, definition: TypeId, kind: TypeKind) -> usize {
        let def = &self.source.resolve().types[definition];
        let ends_like_an_error = ["error", "error-code"]
            .iter()
            .any(|end| wit_name == *end || wit_name.strip_suffix(end).is_some_and(|start| start.ends_with('-')));
        self.types.push(TypeDef {
            wit_name: wit_name.to_owned(),
            rust_name,
            docs: docs(&def.docs),
            place: self.source.place(def.span),
            is_error: ends_like_an_error || self.info.get(definition).error,
            kind,
        });
        self.by_id.insert(id, self.types.len() - 1);
        self.types.len() - 1
    }

    /// The index of a type that has a name. A type that is reached through others only is added to the model here.
    fn named(&mut self, id: TypeId) -> usize {
        if let Some(&index) = self.by_id.get(&id) {
            return index;
        }
        let definition = self.definition(id);
        if let Some(&index) = self.by_id.get(&definition) {
            return index;
        }
        let resolve = self.source.resolve();
        let def = &resolve.types[definition];
        let wit_name = def.name.clone().unwrap_or_default();
        let mut rust_name = names::type_name(&wit_name);
        if self.taken.contains(&rust_name)
            && let TypeOwner::Interface(owner) = def.owner
            && let Some(interface) = &resolve.interfaces[owner].name
        {
            rust_name.insert_str(0, &names::type_name(interface));
        }
        let rust_name = self.taken.take(&rust_name);
        let index = self.add(definition, &wit_name, rust_name, definition, TypeKind::Record(Vec::new()));
        self.types[index].kind = self.kind(definition, definition);
        index
    }

    fn kind(&mut self, id: TypeId, definition: TypeId) -> TypeKind {
        let source = self.source;
        if let Some(interface) = self.shared_interface(definition) {
            return self.shared_kind(interface, definition);
        }
        match &source.resolve().types[definition].kind {
            TypeDefKind::Record(record) => {
                let mut taken = Taken::default();
                TypeKind::Record(
                    record
                        .fields
                        .iter()
                        .map(|field| Field {
                            wit_name: field.name.clone(),
                            rust_name: taken.take(&names::value_name(&field.name)),
                            docs: docs(&field.docs),
                            ty: self.ty(&field.ty),
                        })
                        .collect(),
                )
            }
            TypeDefKind::Variant(variant) => {
                let labels = labels(variant.cases.iter().map(|case| (&case.name, &case.docs)), names::type_name);
                let payloads = variant.cases.iter().map(|case| case.ty.as_ref().map(|ty| self.ty(ty)));
                TypeKind::Variant(
                    labels.into_iter().zip(payloads).map(|(label, payload)| Case { label, payload }).collect(),
                )
            }
            TypeDefKind::Enum(cases) => {
                TypeKind::Enum(labels(cases.cases.iter().map(|case| (&case.name, &case.docs)), names::type_name))
            }
            TypeDefKind::Flags(flags) => {
                TypeKind::Flags(labels(flags.flags.iter().map(|flag| (&flag.name, &flag.docs)), names::constant_name))
            }
            TypeDefKind::Resource => {
                let functions = source.resolve().interfaces[source.interface].functions.values();
                TypeKind::Resource {
                    functions: functions.filter(|function| function.kind.resource() == Some(id)).count(),
                }
            }
            other => TypeKind::Alias(self.anonymous(other)),
        }
    }

    /// A type that another module defines, under the name that its own interface gives it.
    fn shared_kind(&mut self, interface: usize, id: TypeId) -> TypeKind {
        let resolve = self.source.resolve();
        self.shared[interface].is_used = true;
        let def = &resolve.types[id];
        let wit_name = def.name.clone().unwrap_or_default();
        let name = match def.owner {
            TypeOwner::Interface(owner) => {
                let owner_name = resolve.interfaces[owner].name.clone().unwrap_or_default();
                type_names(resolve, owner, &owner_name, &mut Taken::default()).remove(&wit_name)
            }
            _ => None,
        };
        let like = match &resolve.types[wit_bindgen_core::dealias(resolve, id)].kind {
            TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => SharedKind::Value,
            TypeDefKind::Record(_) | TypeDefKind::Variant(_) => SharedKind::Reference,
            TypeDefKind::Resource => return TypeKind::Resource { functions: 0 },
            other => SharedKind::Alias(self.anonymous(other)),
        };
        TypeKind::Shared { interface, name: name.unwrap_or_else(|| names::type_name(&wit_name)), like }
    }

    fn function(&mut self, wit_name: &str, function: &wit::Function, taken: &mut Taken) -> Function {
        let mut params = Taken::default();
        Function {
            wit_name: wit_name.to_owned(),
            rust_name: taken.take(&names::value_name(wit_name)),
            docs: docs(&function.docs),
            place: self.source.place(function.span),
            params: function
                .params
                .iter()
                .map(|param| Param {
                    wit_name: param.name.clone(),
                    rust_name: params.take(&names::value_name(&param.name)),
                    ty: self.ty(&param.ty),
                })
                .collect(),
            result: function.result.as_ref().map(|ty| self.ty(ty)),
            is_async: matches!(function.kind, FunctionKind::AsyncFreestanding),
        }
    }

    fn ty(&mut self, ty: &wit::Type) -> Type {
        let scalar = match ty {
            wit::Type::Bool => Scalar::Bool,
            wit::Type::U8 => Scalar::U8,
            wit::Type::U16 => Scalar::U16,
            wit::Type::U32 => Scalar::U32,
            wit::Type::U64 => Scalar::U64,
            wit::Type::S8 => Scalar::S8,
            wit::Type::S16 => Scalar::S16,
            wit::Type::S32 => Scalar::S32,
            wit::Type::S64 => Scalar::S64,
            wit::Type::F32 => Scalar::F32,
            wit::Type::F64 => Scalar::F64,
            wit::Type::Char => Scalar::Char,
            wit::Type::String => return Type::String,
            wit::Type::ErrorContext => return Type::Unsupported("error-context".to_owned()),
            wit::Type::Id(id) => {
                let def = &self.source.resolve().types[*id];
                return if def.name.is_some() { Type::Named(self.named(*id)) } else { self.anonymous(&def.kind) };
            }
        };
        Type::Scalar(scalar)
    }

    /// `stream<u8>`, `future`.
    fn unsupported(&mut self, kind: &str, of: Option<&wit::Type>) -> Type {
        let of = of.map(|ty| self.ty(ty)).map(|ty| format!("<{}>", signature::wit_type_among(&self.types, &ty)));
        Type::Unsupported(format!("{kind}{}", of.unwrap_or_default()))
    }

    fn boxed(&mut self, ty: &wit::Type) -> Box<Type> {
        Box::new(self.ty(ty))
    }

    fn anonymous(&mut self, kind: &TypeDefKind) -> Type {
        match kind {
            TypeDefKind::List(element) => Type::List(self.boxed(element)),
            TypeDefKind::FixedLengthList(element, length) => Type::FixedList(self.boxed(element), *length),
            TypeDefKind::Map(key, value) => Type::Map(self.boxed(key), self.boxed(value)),
            TypeDefKind::Option(content) => Type::Option(self.boxed(content)),
            TypeDefKind::Result(result) => Type::Result(
                result.ok.as_ref().map(|ok| self.boxed(ok)),
                result.err.as_ref().map(|err| self.boxed(err)),
            ),
            TypeDefKind::Tuple(tuple) => Type::Tuple(tuple.types.iter().map(|ty| self.ty(ty)).collect()),
            TypeDefKind::Type(ty) => self.ty(ty),
            TypeDefKind::Handle(handle) => {
                let (kind, id) = match handle {
                    Handle::Own(id) => ("own", id),
                    Handle::Borrow(id) => ("borrow", id),
                };
                Type::Unsupported(format!(
                    "{kind}<{}>",
                    self.source.resolve().types[*id].name.as_deref().unwrap_or("_")
                ))
            }
            TypeDefKind::Stream(element) => self.unsupported("stream", element.as_ref()),
            TypeDefKind::Future(value) => self.unsupported("future", value.as_ref()),
            // Types of these kinds have names.
            TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource
            | TypeDefKind::Unknown => Type::Unsupported(kind.as_str().to_owned()),
        }
    }
}

/// Whether `written` names the interface `wire_name`; the version may be left out.
fn names_the_same(written: &str, wire_name: &str) -> bool {
    written == wire_name || names::without_version(wire_name) == written
}

fn docs(docs: &Docs) -> Option<String> {
    docs.contents.as_deref().map(str::trim_end).filter(|docs| !docs.is_empty()).map(str::to_owned)
}

fn labels<'a>(labels: impl Iterator<Item = (&'a String, &'a Docs)>, name: fn(&str) -> String) -> Vec<Label> {
    let mut taken = Taken::default();
    labels
        .map(|(label, contents)| Label {
            wit_name: label.clone(),
            rust_name: taken.take(&name(label)),
            docs: docs(contents),
        })
        .collect()
}
