//! What a function's body will cost the compiler beyond its bytes.

use wasmparser::{BlockType, FunctionBody, Operator, Result};

use super::module::Signatures;

/// What was counted in one body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Body {
    /// Locals that it declares.
    pub(super) locals: u64,
    /// Values that may have to be passed where control flow meets, and to and from functions that it calls.
    pub(super) values: u64,
    /// How deep loops lie in each other.
    pub(super) loops: u64,
}

/// What a block costs by itself, in values: as long as many of the one take to compile as of the other.
const BLOCK: u64 = 4;

/// Where counting stops. It is far above every sensible limit, and few enough steps that they take no time.
const ENOUGH: u64 = 1 << 26;

/// Counts a body, in time that is linear in its bytes and in the values that it counts.
///
/// The compiler turns locals into values. Where branches meet, it passes every local that may have been set on the way; at the head of a
/// loop, every local that the loop touches, once for each branch that leads there. A body of n bytes can so mean n² values.
pub(super) fn count(body: &FunctionBody<'_>, signatures: &Signatures, params: u32) -> Result<Body> {
    let mut locals = u64::from(params);
    let mut declared = 0;
    for group in body.get_locals_reader()? {
        declared += u64::from(group?.0);
    }
    locals += declared;
    // No more than the validator lets through: a body with more is refused by it.
    let mut walk = Walk {
        values: 0,
        steps: 0,
        loops: 0,
        deepest: 0,
        now: 0,
        open: vec![Open::default()],
        touched: vec![],
        set: vec![],
    };
    let most = usize::try_from(locals).unwrap_or(usize::MAX).min(60_000);
    (walk.touched, walk.set) = (vec![0; most], vec![0; most]);
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() && walk.values.max(walk.steps) < ENOUGH {
        walk.operator(&operators.read()?, signatures);
    }
    Ok(Body { locals: declared, values: walk.values.max(walk.steps), loops: walk.deepest })
}

/// A block, an `if` or a loop that has not ended.
#[derive(Default)]
struct Open {
    /// When it began.
    start: u32,
    is_loop: bool,
    /// How many values a branch to it carries.
    arity: u64,
    branches: u64,
    /// How many different locals were set in it, or touched in a loop.
    locals: u64,
}

struct Walk {
    values: u64,
    /// How many locals were counted, each in each block and loop.
    steps: u64,
    /// How many loops are open, and the most that were.
    loops: u64,
    deepest: u64,
    /// The number of the operator.
    now: u32,
    open: Vec<Open>,
    /// When each local was last touched, and last set.
    touched: Vec<u32>,
    set: Vec<u32>,
}

impl Walk {
    fn operator(&mut self, operator: &Operator<'_>, signatures: &Signatures) {
        self.now = self.now.saturating_add(1);
        match operator {
            Operator::Block { blockty } | Operator::If { blockty } => self.begin(false, block(signatures, *blockty).1),
            Operator::TryTable { try_table } => self.begin(false, block(signatures, try_table.ty).1),
            Operator::Loop { blockty } => self.begin(true, block(signatures, *blockty).0),
            Operator::End => self.end(),
            Operator::LocalGet { local_index } => self.local(*local_index, false),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => self.local(*local_index, true),
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => self.branch(*relative_depth),
            Operator::BrTable { targets } => {
                self.branch(targets.default());
                targets.targets().flatten().for_each(|depth| self.branch(depth));
            }
            Operator::Return => self.branch(u32::try_from(self.open.len() - 1).unwrap_or(u32::MAX)),
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.call(signatures.of_function(*function_index));
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. }
            | Operator::CallRef { type_index }
            | Operator::ReturnCallRef { type_index } => self.call(signatures.of_type(*type_index)),
            _ => {}
        }
    }

    fn begin(&mut self, is_loop: bool, arity: u32) {
        self.loops += u64::from(is_loop);
        self.deepest = self.deepest.max(self.loops);
        self.open.push(Open { start: self.now, is_loop, arity: arity.into(), ..Open::default() });
    }

    fn end(&mut self) {
        // The body itself stays open: what follows its end is refused by the validator.
        if self.open.len() > 1
            && let Some(Open { is_loop, arity, branches, locals, .. }) = self.open.pop()
        {
            self.loops -= u64::from(is_loop);
            let each = arity.saturating_add(locals).saturating_add(1);
            self.values =
                self.values.saturating_add(each.saturating_mul(branches.saturating_add(1))).saturating_add(BLOCK);
        }
    }

    fn branch(&mut self, depth: u32) {
        let open = (depth as usize).checked_add(1).and_then(|up| self.open.len().checked_sub(up));
        if let Some(open) = open.and_then(|index| self.open.get_mut(index)) {
            open.branches = open.branches.saturating_add(1);
            self.values = self.values.saturating_add(open.arity);
        }
    }

    fn call(&mut self, (params, results): (u32, u32)) {
        self.values = self.values.saturating_add(u64::from(params)).saturating_add(u64::from(results));
    }

    /// Counts a local in everything open that does not have it yet. What has it began before the local was last seen; so whoever else is
    /// open stands innermost, and each step of the way is one that counts.
    fn local(&mut self, local: u32, is_set: bool) {
        let now = self.now;
        let index = local as usize;
        let (Some(touched), Some(set)) = (self.touched.get_mut(index), self.set.get_mut(index)) else { return };
        let last = (*touched, *set);
        *touched = now;
        if is_set {
            *set = now;
        }
        for open in self.open.iter_mut().skip(1).rev() {
            let (has, counts) = match open.is_loop {
                true => (last.0 >= open.start, true),
                false => (last.1 >= open.start, is_set),
            };
            if counts && !has {
                open.locals += 1;
                self.steps += 1;
            }
            if last.0 >= open.start && (!is_set || last.1 >= open.start) || self.steps >= ENOUGH {
                break;
            }
        }
    }
}

/// The parameters and results of a block.
fn block(signatures: &Signatures, ty: BlockType) -> (u32, u32) {
    match ty {
        BlockType::Empty => (0, 0),
        BlockType::Type(_) => (0, 1),
        BlockType::FuncType(index) => signatures.of_type(index),
    }
}
