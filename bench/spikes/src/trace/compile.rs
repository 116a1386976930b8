//! Builds the trace, its exits, its bridge and its way in as Cranelift IR.
//!
//! The loop is `fn(thread, frame, i, s) -> exit` in the `tail` convention, so that a bridge enters
//! it again with its values in registers. `i` and `s` are unboxed, shifted to the top of the word:
//! leaving 49 bits then sets the machine's overflow flag.

use super::Frame;
use crate::arena::{self, Arena};
use crate::dispatch::machine::{FIRST_INSTANCE_SHAPE, Thread};
use crate::value::{DOUBLE_OFFSET, INT_SHIFT};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, Function, InstBuilder, MemFlagsData, Signature, Value, types,
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use std::mem::offset_of;

/// Why a trace returned.
#[derive(Clone, Copy)]
pub enum Exit {
    Done,
    Poll,
    Guard,
    Overflow,
    Slot,
}

/// What is to be compiled.
#[derive(Clone, Copy)]
pub struct Shape {
    /// How often the body is repeated, to make longer traces.
    pub copies: usize,
    /// Owner, shape and tag are checked before the loop instead of in it.
    pub peeled: bool,
}

/// The way in: runs the loop until a guard fails, and says which.
type Enter = unsafe extern "C" fn(*mut Thread, *mut Frame) -> u64;

/// Published code.
pub struct Code {
    pub enter: Enter,
    pub exit_stub: *const u8,
    pub bridge: *const u8,
}

/// Keeps Cranelift's buffers from one compilation to the next.
pub struct Compiler {
    context: FunctionBuilderContext,
}

fn trace_signature() -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(types::I64); 4]);
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

impl Compiler {
    pub fn new() -> Compiler {
        Compiler { context: FunctionBuilderContext::new() }
    }

    /// Compiles and publishes loop, exit stub, bridge and entry.
    pub fn all(
        &mut self,
        isa: &OwnedTargetIsa,
        arena: &mut Arena,
        shape: Shape,
    ) -> Result<Code, String> {
        let exit_stub = arena::compile(isa, arena, self.exit_stub())?;
        let trace = arena::compile(isa, arena, self.trace(shape))?;
        let bridge = arena::compile(isa, arena, self.bridge(trace))?;
        let enter = arena::compile(isa, arena, self.entry(trace))?;
        // SAFETY: `entry` has this signature.
        Ok(Code {
            enter: unsafe { std::mem::transmute::<*const u8, Enter>(enter) },
            exit_stub,
            bridge,
        })
    }

    fn function(&mut self, signature: Signature, body: impl FnOnce(&mut Emitter)) -> Function {
        let mut function = Function::with_name_signature(Default::default(), signature);
        let mut b = FunctionBuilder::new(&mut function, &mut self.context);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        let parameters = b.block_params(block).to_vec();
        let (th, frame) = (parameters[0], parameters[1]);
        let mut emitter = Emitter { b, th, frame, parameters };
        body(&mut emitter);
        emitter.b.seal_all_blocks();
        emitter.b.finalize(arena::FRONTEND);
        function
    }

    /// The loop.
    pub fn trace(&mut self, shape: Shape) -> Function {
        self.function(trace_signature(), |e| e.trace(shape))
    }

    /// What the slot holds before there is a bridge.
    fn exit_stub(&mut self) -> Function {
        self.function(trace_signature(), |e| {
            let (i, s) = (e.parameters[2], e.parameters[3]);
            e.leave(Exit::Slot, i, s);
        })
    }

    /// The other side of the slot guard: `s -= i; i += 1`, and back into the loop.
    fn bridge(&mut self, trace: *const u8) -> Function {
        self.function(trace_signature(), |e| {
            let (i, s) = (e.parameters[2], e.parameters[3]);
            let overflow = e.exit_block();
            let difference = e.b.ins().ssub_overflow(s, i);
            let difference = e.checked(difference, overflow, i, s);
            let one = e.constant(1 << INT_SHIFT);
            let next = e.b.ins().sadd_overflow(i, one);
            let next = e.checked(next, overflow, i, s);
            e.jump_to_code(trace, next, difference);
            e.fill_exit(overflow, Exit::Overflow);
        })
    }

    /// From the C calling convention into the loop.
    fn entry(&mut self, trace: *const u8) -> Function {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.extend([AbiParam::new(types::I64); 2]);
        signature.returns.push(AbiParam::new(types::I64));
        self.function(signature, |e| {
            let i = e.load(types::I64, e.frame, offset_of!(Frame, i));
            let s = e.load(types::I64, e.frame, offset_of!(Frame, s));
            let signature = e.b.import_signature(trace_signature());
            let address = e.constant(trace as i64);
            let call = e.b.ins().call_indirect(signature, address, &[e.th, e.frame, i, s]);
            let exit = e.b.inst_results(call)[0];
            e.b.ins().return_(&[exit]);
        })
    }
}

struct Emitter<'a> {
    b: FunctionBuilder<'a>,
    th: Value,
    frame: Value,
    parameters: Vec<Value>,
}

impl Emitter<'_> {
    fn constant(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    fn load(&mut self, kind: types::Type, address: Value, offset: usize) -> Value {
        self.b.ins().load(kind, MemFlagsData::trusted(), address, offset as i32)
    }

    fn store(&mut self, value: Value, address: Value, offset: usize) {
        self.b.ins().store(MemFlagsData::trusted(), value, address, offset as i32);
    }

    /// Stores the live values and returns the exit's number.
    fn leave(&mut self, exit: Exit, i: Value, s: Value) {
        self.store(i, self.frame, offset_of!(Frame, i));
        self.store(s, self.frame, offset_of!(Frame, s));
        let number = self.constant(exit as i64);
        self.b.ins().return_(&[number]);
    }

    fn jump_to_code(&mut self, code: *const u8, i: Value, s: Value) {
        let address = self.constant(code as i64);
        let signature = self.b.import_signature(trace_signature());
        self.b.ins().return_call_indirect(signature, address, &[self.th, self.frame, i, s]);
    }

    /// A side exit with the two live values as parameters.
    fn exit_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        self.b.append_block_param(block, types::I64);
        self.b.append_block_param(block, types::I64);
        block
    }

    fn fill_exit(&mut self, block: Block, exit: Exit) {
        self.b.switch_to_block(block);
        let [i, s] = [0, 1].map(|index| self.b.block_params(block)[index]);
        self.leave(exit, i, s);
    }

    /// A guard: goes on if `condition` is not zero.
    fn guard(&mut self, condition: Value, exit: Block, i: Value, s: Value) {
        let go_on = self.b.create_block();
        self.b.ins().brif(condition, go_on, &[], exit, &[i.into(), s.into()]);
        self.b.switch_to_block(go_on);
    }

    /// The result of an overflowing operation, guarded.
    fn checked(
        &mut self,
        (result, overflow): (Value, Value),
        exit: Block,
        i: Value,
        s: Value,
    ) -> Value {
        let fits = self.b.ins().icmp_imm_s(IntCC::Equal, overflow, 0);
        self.guard(fits, exit, i, s);
        result
    }

    /// Owner, shape and tag of the field; the unboxed float.
    fn guarded_field(&mut self, object: Value, exit: Block, i: Value, s: Value) -> Value {
        let owner = self.load(types::I32, object, 0);
        let token = self.load(types::I32, self.th, offset_of!(Thread, write_token));
        let owned = self.b.ins().icmp(IntCC::Equal, owner, token);
        self.guard(owned, exit, i, s);
        let shape = self.load(types::I32, object, 4);
        let expected =
            self.b.ins().icmp_imm_s(IntCC::Equal, shape, i64::from(FIRST_INSTANCE_SHAPE));
        self.guard(expected, exit, i, s);
        let value = self.load(types::I64, object, 8);
        let high = self.b.ins().ushr_imm_u(value, 49);
        let index = self.b.ins().iadd_imm_s(high, -1);
        let float = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, index, 0x7FFE);
        self.guard(float, exit, i, s);
        let offset = self.constant(DOUBLE_OFFSET as i64);
        let bits = self.b.ins().isub(value, offset);
        self.b.ins().bitcast(types::F64, MemFlagsData::new(), bits)
    }

    fn trace(&mut self, shape: Shape) {
        let exits = [Exit::Done, Exit::Poll, Exit::Guard, Exit::Overflow];
        let [done, polled, failed, overflow] = exits.map(|_| self.exit_block());
        let through_slot = self.exit_block();
        let (i, s) = (self.parameters[2], self.parameters[3]);
        let n = self.load(types::I64, self.frame, offset_of!(Frame, n));
        let mask = self.load(types::I64, self.frame, offset_of!(Frame, mask));
        let object = self.load(types::I64, self.frame, offset_of!(Frame, object));
        let factor = self.b.ins().f64const(0.999);
        let summand = self.b.ins().f64const(1.0);
        let offset = self.constant(DOUBLE_OFFSET as i64);
        let one = self.constant(1 << INT_SHIFT);
        let three = self.constant(3);
        // When not peeled, `x` is a parameter all the same, and dead.
        let x = if shape.peeled { self.guarded_field(object, failed, i, s) } else { factor };
        let head = self.b.create_block();
        for kind in [types::I64, types::I64, types::F64] {
            self.b.append_block_param(head, kind);
        }
        self.b.ins().jump(head, &[i.into(), s.into(), x.into()]);
        self.b.switch_to_block(head);
        let [mut i, mut s, mut x] = [0, 1, 2].map(|index| self.b.block_params(head)[index]);
        for _ in 0..shape.copies {
            let poll = self.load(types::I32, self.th, offset_of!(Thread, poll));
            let clear = self.b.ins().icmp_imm_s(IntCC::Equal, poll, 0);
            self.guard(clear, polled, i, s);
            let more = self.b.ins().icmp(IntCC::SignedLessThan, i, n);
            self.guard(more, done, i, s);
            let selected = self.b.ins().band(i, mask);
            self.guard(selected, through_slot, i, s);
            if !shape.peeled {
                x = self.guarded_field(object, failed, i, s);
            }
            let product = self.b.ins().fmul(x, factor);
            x = self.b.ins().fadd(product, summand);
            let bits = self.b.ins().bitcast(types::I64, MemFlagsData::new(), x);
            let boxed = self.b.ins().iadd(bits, offset);
            self.store(boxed, object, 8);
            let product = self.b.ins().smul_overflow(i, three);
            let product = self.checked(product, overflow, i, s);
            let sum = self.b.ins().sadd_overflow(s, product);
            let sum = self.checked(sum, overflow, i, s);
            let next = self.b.ins().sadd_overflow(i, one);
            let next = self.checked(next, overflow, i, s);
            (i, s) = (next, sum);
        }
        self.b.ins().jump(head, &[i.into(), s.into(), x.into()]);
        for (block, exit) in [done, polled, failed, overflow].into_iter().zip(exits) {
            self.fill_exit(block, exit);
        }
        self.b.switch_to_block(through_slot);
        let [i, s] = [0, 1].map(|index| self.b.block_params(through_slot)[index]);
        let code = self.load(types::I64, self.frame, offset_of!(Frame, slot));
        let signature = self.b.import_signature(trace_signature());
        self.b.ins().return_call_indirect(signature, code, &[self.th, self.frame, i, s]);
    }
}
