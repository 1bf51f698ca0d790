//! The oracle: the same two guests, each in a store of its own, linked with wasmtime's own values and no code of isorun's.

use std::sync::Arc;

use isorun::{Interface, Type, Value};
use tokio::sync::Mutex;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Func, Linker, Val};
use wasmtime::{Config, Engine, Store};

/// A relay on a provider.
pub(crate) struct ByHand {
    interface: Interface,
    store: Store<()>,
    functions: Vec<Func>,
}

/// An engine that knows every type.
pub(crate) fn engine() -> Engine {
    let mut config = Config::new();
    config.concurrency_support(false).wasm_component_model_map(true).wasm_component_model_fixed_length_lists(true);
    Engine::new(&config).unwrap()
}

impl ByHand {
    /// Instantiates both. What the relay imports of `interface` is the provider's, and it imports nothing else but types.
    pub(crate) async fn new(engine: &Engine, interface: &Interface, relay: &[u8], provider: &[u8]) -> ByHand {
        let provider = start(engine, interface, provider, Linker::new(engine)).await;
        let functions = interface.functions().iter().zip(provider.1).map(|(function, func)| (function.name(), func));
        let functions: Vec<(String, Func)> = functions.map(|(name, func)| (name.to_owned(), func)).collect();
        let store = Arc::new(Mutex::new(provider.0));
        let mut linker = Linker::new(engine);
        let component = Component::new(engine, relay).unwrap();
        for (import, item) in component.component_type().imports(engine) {
            let ComponentItem::ComponentInstance(imported) = item.ty else { panic!("`{import}` is no interface") };
            let mut linker = linker.instance(import).unwrap();
            for (name, _) in
                imported.exports(engine).filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
            {
                let (_, func) = functions.iter().find(|(known, _)| known == name).unwrap();
                let (store, func) = (store.clone(), *func);
                let pass_on = linker.func_new_async(name, move |_, _, params, results| {
                    let store = store.clone();
                    Box::new(async move { func.call_async(&mut *store.lock().await, params, results).await })
                });
                pass_on.unwrap();
            }
        }
        let (store, functions) = start(engine, interface, relay, linker).await;
        ByHand { interface: interface.clone(), store, functions }
    }

    /// Calls the relay's function at this place; `None` if it has no result.
    pub(crate) async fn call(&mut self, function: usize, params: &[Value]) -> wasmtime::Result<Option<Value>> {
        let result = self.interface.functions()[function].result();
        let types = self.interface.functions()[function].params().iter().map(|param| &param.ty);
        let params: Vec<Val> = params.iter().zip(types).map(|(value, ty)| to_val(value, ty)).collect();
        let mut results = vec![Val::Bool(false); usize::from(result.is_some())];
        self.functions[function].call_async(&mut self.store, &params, &mut results).await?;
        Ok(results.first().map(from_val))
    }
}

/// Instantiates a component in a new store; gives its functions of `interface` in that order.
async fn start(engine: &Engine, interface: &Interface, bytes: &[u8], linker: Linker<()>) -> (Store<()>, Vec<Func>) {
    let mut store = Store::new(engine, ());
    let component = Component::new(engine, bytes).unwrap();
    let instance = linker.instantiate_async(&mut store, &component).await.unwrap();
    let exported = instance.get_export_index(&mut store, None, &interface.name().to_string()).unwrap();
    let func = |name: &str, store: &mut Store<()>| {
        let index = instance.get_export_index(&mut *store, Some(&exported), name).unwrap();
        instance.get_func(&mut *store, index).unwrap()
    };
    let functions = interface.functions().iter().map(|function| func(function.name(), &mut store)).collect();
    (store, functions)
}

/// A value in wasmtime's words.
fn to_val(value: &Value, ty: &Type) -> Val {
    let payload = |value: &Option<Box<Value>>, ty: Option<&Type>| match (value, ty) {
        (Some(value), Some(ty)) => Some(Box::new(to_val(value, ty))),
        _ => None,
    };
    match (value, ty) {
        (Value::Bool(value), _) => Val::Bool(*value),
        (Value::S8(value), _) => Val::S8(*value),
        (Value::U8(value), _) => Val::U8(*value),
        (Value::S16(value), _) => Val::S16(*value),
        (Value::U16(value), _) => Val::U16(*value),
        (Value::S32(value), _) => Val::S32(*value),
        (Value::U32(value), _) => Val::U32(*value),
        (Value::S64(value), _) => Val::S64(*value),
        (Value::U64(value), _) => Val::U64(*value),
        (Value::F32(value), _) => Val::Float32(*value),
        (Value::F64(value), _) => Val::Float64(*value),
        (Value::Char(value), _) => Val::Char(*value),
        (Value::String(value), _) => Val::String(value.clone()),
        (Value::List(items), Type::FixedList(list)) => {
            Val::FixedLengthList(items.iter().map(|item| to_val(item, &list.element)).collect())
        }
        (Value::List(items), Type::List(element)) => {
            Val::List(items.iter().map(|item| to_val(item, element)).collect())
        }
        (Value::Map(pairs), Type::Map(pair)) => {
            Val::Map(pairs.iter().map(|(key, value)| (to_val(key, &pair.key), to_val(value, &pair.value))).collect())
        }
        (Value::Record(values), Type::Record(fields)) => {
            let named = values.iter().zip(fields.iter());
            Val::Record(named.map(|((label, value), field)| (label.to_string(), to_val(value, &field.ty))).collect())
        }
        (Value::Tuple(values), Type::Tuple(members)) => {
            Val::Tuple(values.iter().zip(members.iter()).map(|(value, ty)| to_val(value, ty)).collect())
        }
        (Value::Variant(label, value), Type::Variant(cases)) => {
            let case = cases.iter().find(|case| case.label == *label);
            Val::Variant(label.to_string(), payload(value, case.and_then(|case| case.ty.as_ref())))
        }
        (Value::Enum(label), _) => Val::Enum(label.to_string()),
        (Value::Flags(labels), _) => Val::Flags(labels.iter().map(|label| label.to_string()).collect()),
        (Value::Option(value), Type::Option(ty)) => Val::Option(payload(value, Some(ty))),
        (Value::Result(value), Type::Result(payloads)) => Val::Result(match value {
            Ok(value) => Ok(payload(value, payloads.ok.as_ref())),
            Err(value) => Err(payload(value, payloads.err.as_ref())),
        }),
        (value, ty) => panic!("{value} is no {ty}"),
    }
}

/// A value in isorun's words.
fn from_val(val: &Val) -> Value {
    let payload = |val: &Option<Box<Val>>| val.as_ref().map(|val| Box::new(from_val(val)));
    match val {
        Val::Bool(value) => Value::Bool(*value),
        Val::S8(value) => Value::S8(*value),
        Val::U8(value) => Value::U8(*value),
        Val::S16(value) => Value::S16(*value),
        Val::U16(value) => Value::U16(*value),
        Val::S32(value) => Value::S32(*value),
        Val::U32(value) => Value::U32(*value),
        Val::S64(value) => Value::S64(*value),
        Val::U64(value) => Value::U64(*value),
        Val::Float32(value) => Value::F32(*value),
        Val::Float64(value) => Value::F64(*value),
        Val::Char(value) => Value::Char(*value),
        Val::String(value) => Value::String(value.clone()),
        Val::List(items) | Val::FixedLengthList(items) => Value::List(items.iter().map(from_val).collect()),
        Val::Map(pairs) => Value::Map(pairs.iter().map(|(key, value)| (from_val(key), from_val(value))).collect()),
        Val::Record(fields) => Value::record(fields.iter().map(|(label, val)| (label.as_str(), from_val(val)))),
        Val::Tuple(members) => Value::tuple(members.iter().map(from_val)),
        Val::Variant(label, val) => Value::Variant(label.as_str().into(), payload(val)),
        Val::Enum(label) => Value::enumeration(label.as_str()),
        Val::Flags(labels) => Value::flags(labels.iter().map(String::as_str)),
        Val::Option(val) => Value::Option(payload(val)),
        Val::Result(Ok(val)) => Value::Result(Ok(payload(val))),
        Val::Result(Err(val)) => Value::Result(Err(payload(val))),
        other => panic!("{other:?} is no plain value"),
    }
}
