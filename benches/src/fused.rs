//! `relay` and `calc` as one component: what could be had if both were known when they were built, and shared a fate.

use wasm_encoder::{
    ComponentBuilder, ComponentExportKind, ComponentTypeRef, ComponentValType, InstanceType, PrimitiveValType,
};

use crate::peer::{COMPUTE, HOST, RELAY};
use crate::setup;

/// A component in which the one is given to the other. It imports the host and exports what `relay` does.
pub(crate) fn component() -> Vec<u8> {
    let mut host = InstanceType::new();
    let number = ComponentValType::Primitive(PrimitiveValType::U64);
    host.ty().function().params([("n", number)]).result(Some(number));
    host.export("tick", ComponentTypeRef::Func(0));

    let mut fused = ComponentBuilder::default();
    let host = fused.type_instance(None, &host);
    let host = fused.import(HOST, ComponentTypeRef::Instance(host));
    let calc = fused.component_raw(None, setup::CALC);
    let relay = fused.component_raw(None, setup::RELAY);
    let none: [(&str, ComponentExportKind, u32); 0] = [];
    let calc = fused.instantiate(None, calc, none);
    let compute = fused.alias_export(calc, COMPUTE, ComponentExportKind::Instance);
    let given = [(COMPUTE, ComponentExportKind::Instance, compute), (HOST, ComponentExportKind::Instance, host)];
    let relay = fused.instantiate(None, relay, given);
    let relay = fused.alias_export(relay, RELAY, ComponentExportKind::Instance);
    fused.export(RELAY, ComponentExportKind::Instance, relay, None);
    fused.finish()
}
