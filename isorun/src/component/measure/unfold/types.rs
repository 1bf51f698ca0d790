//! How large the types of a component are when they are written out.

use std::collections::HashMap;

use wasmparser::{
    ComponentDefinedType, ComponentType, ComponentTypeDeclaration, ComponentValType, InstanceTypeDeclaration, Result,
};

use super::super::core_type;
use super::scope::{Item, Ty, label};
use super::{Run, Unfolding};

impl<'a> Unfolding<'_, 'a> {
    /// Reads a type. It recurses as deep as types lie in each other, which was bounded before.
    pub(super) fn component_type(&mut self, run: &mut Run<'a>, scope: usize, ty: &ComponentType<'a>) -> Result<usize> {
        self.step(run, 1);
        let ty = match ty {
            ComponentType::Defined(ty) => Ty { size: self.defined(run, scope, ty), instance: None },
            ComponentType::Func(ty) => {
                self.step(run, ty.params.len() as u64);
                let params =
                    ty.params.iter().map(|(name, ty)| label(name).saturating_add(self.value(scope, Some(*ty))));
                let size = params.fold(1, u64::saturating_add).saturating_add(self.value(scope, ty.result));
                Ty { size, instance: None }
            }
            ComponentType::Resource { .. } => Ty { size: 1, instance: None },
            ComponentType::Instance(declarations) => {
                let (inner, mut exports) = (self.unfolded.scope(Some(scope)), HashMap::new());
                for declaration in declarations {
                    self.declaration(run, inner, declaration, &mut exports)?;
                }
                self.exporting(exports, 0)
            }
            ComponentType::Component(declarations) => {
                let (inner, mut exports) = (self.unfolded.scope(Some(scope)), HashMap::new());
                let mut imports = 0_u64;
                for declaration in declarations {
                    let declaration = match declaration {
                        ComponentTypeDeclaration::Import(import) => {
                            let item = self.unfolded.declared(inner, import.ty);
                            self.copied(run, item);
                            imports = imports.saturating_add(self.unfolded.size(item).types);
                            self.unfolded.scopes[inner].push(item);
                            continue;
                        }
                        ComponentTypeDeclaration::CoreType(ty) => InstanceTypeDeclaration::CoreType(ty.clone()),
                        ComponentTypeDeclaration::Type(ty) => {
                            let ty = self.component_type(run, inner, ty)?;
                            self.unfolded.scopes[inner].types.push(ty);
                            continue;
                        }
                        ComponentTypeDeclaration::Alias(alias) => InstanceTypeDeclaration::Alias(alias.clone()),
                        ComponentTypeDeclaration::Export { name, ty } => {
                            InstanceTypeDeclaration::Export { name: *name, ty: *ty }
                        }
                    };
                    self.declaration(run, inner, &declaration, &mut exports)?;
                }
                self.exporting(exports, imports)
            }
        };
        Ok(self.unfolded.ty(ty))
    }

    fn exporting(&mut self, exports: HashMap<&'a str, Item>, imports: u64) -> Ty {
        let instance = self.unfolded.instance(exports);
        let size = self.unfolded.size(Item::Instance(instance)).types.saturating_add(imports);
        Ty { size, instance: Some(instance) }
    }

    fn declaration(
        &mut self,
        run: &mut Run<'a>,
        scope: usize,
        declaration: &InstanceTypeDeclaration<'a>,
        exports: &mut HashMap<&'a str, Item>,
    ) -> Result<()> {
        match declaration {
            InstanceTypeDeclaration::CoreType(ty) => self.step(run, 1 + core_type::parts(ty)),
            InstanceTypeDeclaration::Type(ty) => {
                let ty = self.component_type(run, scope, ty)?;
                self.unfolded.scopes[scope].types.push(ty);
            }
            InstanceTypeDeclaration::Alias(alias) => {
                let item = self.alias(run, scope, alias);
                self.unfolded.scopes[scope].push(item);
            }
            InstanceTypeDeclaration::Export { name, ty } => {
                let item = self.unfolded.declared(scope, *ty);
                self.copied(run, item);
                self.unfolded.scopes[scope].push(item);
                exports.insert(name.name, item);
            }
        }
        Ok(())
    }

    /// How many types a type is. Names of fields and cases count, since every copy has them.
    fn defined(&mut self, run: &mut Run<'a>, scope: usize, ty: &ComponentDefinedType<'a>) -> u64 {
        use ComponentDefinedType as T;
        let mut parts = 0;
        let value = |ty: &ComponentValType| self.value(scope, Some(*ty));
        let size = match ty {
            T::Primitive(_) | T::Own(_) | T::Borrow(_) => 0,
            T::Record(fields) => {
                parts = fields.len();
                fields.iter().map(|(name, ty)| label(name).saturating_add(value(ty))).fold(0, u64::saturating_add)
            }
            T::Variant(cases) => {
                parts = cases.len();
                let cases = cases.iter().map(|case| label(case.name).saturating_add(self.value(scope, case.ty)));
                cases.fold(0, u64::saturating_add)
            }
            T::Tuple(types) => {
                parts = types.len();
                types.iter().map(value).fold(0, u64::saturating_add)
            }
            T::Flags(labels) | T::Enum(labels) => {
                parts = labels.len();
                labels.iter().map(|name| label(name)).fold(0, u64::saturating_add)
            }
            T::List(ty) | T::Option(ty) => value(ty),
            // Where such a list is passed in core values, each element is.
            T::FixedLengthList(ty, length) => value(ty).saturating_mul((*length).clamp(1, LONGEST_FLAT).into()),
            T::Map(key, ty) => value(key).saturating_add(value(ty)),
            T::Result { ok, err } => self.value(scope, *ok).saturating_add(self.value(scope, *err)),
            T::Future(ty) | T::Stream(ty) => self.value(scope, *ty),
        };
        self.step(run, parts as u64);
        size.saturating_add(1)
    }

    fn value(&self, scope: usize, ty: Option<ComponentValType>) -> u64 {
        match ty {
            None => 0,
            Some(ComponentValType::Primitive(_)) => 1,
            Some(ComponentValType::Type(index)) => self.unfolded.type_size(self.unfolded.scopes[scope].ty(index)),
        }
    }
}

/// The most core values that a value is passed as.
const LONGEST_FLAT: u32 = 16;
