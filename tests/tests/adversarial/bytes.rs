//! Components as bytes, where their text would be a thousand times as long.

use isorun_tests::guests::leb;

/// A component in which so many components are, each in the one before.
pub(crate) fn nested_components(depth: usize) -> Vec<u8> {
    (0..depth).fold(component(&[]), |inner, _| component(&section(4, &inner)))
}

/// A component of one module with so many functions, each of which has so many locals and uses none.
pub(crate) fn functions_with_locals(functions: usize, locals: usize) -> Vec<u8> {
    // One group of locals of one type, and the end.
    let body = [leb(1), leb(locals), vec![0x7e, 0x0b]].concat();
    let body = [leb(body.len()), body].concat();
    let types = section(1, &[1, 0x60, 0, 0]);
    let indices = section(3, &[leb(functions), vec![0; functions]].concat());
    let bodies = section(10, &[leb(functions), body.repeat(functions)].concat());
    let module = [b"\0asm\x01\0\0\0", &types[..], &indices, &bodies].concat();
    component(&section(1, &module))
}

fn component(sections: &[u8]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0", sections].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &leb(content.len())[..], content].concat()
}
