//! Form (c): the handlers are written in Cranelift's IR and compiled at start, with the `tail`
//! calling convention, which saves no registers and guarantees the jump. Slow paths are handlers
//! too: they call the same Rust functions as the other forms, and go on.

use super::instruction::{OP_COUNT, Op};
use super::machine::{self, FUNCTION_SHAPE, Function, LIST_SHAPE, List, Slow, Thread};
use crate::arena::{self, Arena};
use crate::value::{DOUBLE_OFFSET, INT_SHIFT, INT_TAG, UNBOUND, Value as Boxed};
use cranelift_codegen::ir::condcodes::IntCC::{self, Equal, NotEqual};
use cranelift_codegen::ir::{
    AbiParam, Block, Function as IrFunction, InstBuilder, MemFlagsData, Signature, Value, types,
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use std::mem::offset_of;

type Enter = unsafe extern "C" fn(*mut Thread, *const u64, *mut Boxed, *const *const u8) -> u64;

/// Handlers by opcode, and the Rust-callable way in.
pub struct Handlers {
    table: Vec<*const u8>,
    enter: Enter,
    /// Bytes of machine code.
    pub size: usize,
}

// SAFETY: the code is never written again, and the table only read.
unsafe impl Send for Handlers {}
// SAFETY: as above.
unsafe impl Sync for Handlers {}

impl Handlers {
    /// Compiles every handler.
    pub fn new() -> Result<Handlers, String> {
        let isa = arena::host_isa("speed", "backtracking")?;
        let mut arena = Arena::new(1 << 20).map_err(|error| error.to_string())?;
        let mut context = FunctionBuilderContext::new();
        let mut make = |slow: &[*const u8], body: &dyn Fn(&mut Emitter, &[*const u8])| {
            let function = Emitter::function(&mut context, |e| body(e, slow));
            arena::compile(&isa, &mut arena, function)
        };
        let slow_path = |run: Slow, length: i64| {
            move |e: &mut Emitter, _: &[*const u8]| e.slow_path(run as usize as i64, length)
        };
        let leave = make(&[], &|e, _| e.leave(0))?;
        let mut table = vec![leave; OP_COUNT];
        let arithmetic = [
            (Op::Add, machine::add_slow as Slow),
            (Op::Sub, machine::sub_slow as Slow),
            (Op::Mul, machine::mul_slow as Slow),
        ];
        for (op, run) in arithmetic {
            let slow = make(&[], &slow_path(run, 8))?;
            let floats = make(&[slow], &|e, s| e.float_arithmetic(op, s[0]))?;
            table[op as usize] = make(&[floats, slow], &|e, s| e.int_arithmetic(op, s))?;
        }
        let add_imm_slow = make(&[], &slow_path(machine::add_imm_slow, 8))?;
        let get_slow = make(&[], &slow_path(machine::get_field_slow, 16))?;
        let set_slow = make(&[], &slow_path(machine::set_field_slow, 16))?;
        let item_slow = make(&[], &slow_path(machine::item_slow, 8))?;
        let call_slow = make(&[], &slow_path(machine::call_slow, 8))?;
        table[Op::Move as usize] = make(&[], &|e, _| e.move_())?;
        table[Op::LoadConst as usize] = make(&[], &|e, _| e.load_const())?;
        table[Op::AddImm as usize] = make(&[add_imm_slow], &|e, s| e.add_imm(s[0]))?;
        table[Op::JumpUnlessLess as usize] =
            make(&[leave], &|e, s| e.jump_unless_less(false, s[0]))?;
        table[Op::JumpUnlessLessImm as usize] =
            make(&[leave], &|e, s| e.jump_unless_less(true, s[0]))?;
        table[Op::JumpBack as usize] = make(&[leave], &|e, s| e.jump_back(s[0]))?;
        table[Op::GetField as usize] = make(&[get_slow], &|e, s| e.field(false, s[0]))?;
        table[Op::SetField as usize] = make(&[set_slow], &|e, s| e.field(true, s[0]))?;
        table[Op::GetItem as usize] = make(&[item_slow], &|e, s| e.item(false, s[0]))?;
        table[Op::SetItem as usize] = make(&[item_slow], &|e, s| e.item(true, s[0]))?;
        table[Op::Call as usize] = make(&[call_slow], &|e, s| e.call(s[0]))?;
        table[Op::Return as usize] = make(&[], &|e, _| e.return_())?;
        table[Op::Halt as usize] = make(&[], &|e, _| e.halt())?;
        let enter = entry_stub(&isa, &mut arena, &mut context)?;
        let size = arena.used();
        // SAFETY: the stub has this signature.
        Ok(Handlers {
            table,
            enter: unsafe { std::mem::transmute::<*const u8, Enter>(enter) },
            size,
        })
    }

    /// Runs until `Halt`; `false` when an exception was raised.
    ///
    /// # Safety
    /// As for [`super::by_match::run`].
    pub unsafe fn run(&self, th: &mut Thread, pc: *const u64, regs: *mut Boxed) -> bool {
        // SAFETY: passed on.
        unsafe { (self.enter)(th, pc, regs, self.table.as_ptr()) != 0 }
    }
}

fn handler_signature() -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(types::I64); 5]);
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// From the C calling convention into the first handler.
fn entry_stub(
    isa: &OwnedTargetIsa,
    arena: &mut Arena,
    context: &mut FunctionBuilderContext,
) -> Result<*const u8, String> {
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params.extend([AbiParam::new(types::I64); 4]);
    signature.returns.push(AbiParam::new(types::I64));
    let mut function = IrFunction::with_name_signature(Default::default(), signature);
    let mut b = FunctionBuilder::new(&mut function, context);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    let [th, pc, regs, table] = [0, 1, 2, 3].map(|index| b.block_params(block)[index]);
    let word = b.ins().load(types::I64, MemFlagsData::trusted(), pc, 0);
    let op = b.ins().band_imm_u(word, 0xFF);
    let offset = b.ins().ishl_imm_u(op, 3);
    let slot = b.ins().iadd(table, offset);
    let handler = b.ins().load(types::I64, MemFlagsData::trusted(), slot, 0);
    let signature = b.import_signature(handler_signature());
    let call = b.ins().call_indirect(signature, handler, &[th, pc, regs, word, table]);
    let result = b.inst_results(call)[0];
    b.ins().return_(&[result]);
    b.seal_all_blocks();
    b.finalize(arena::FRONTEND);
    arena::compile(isa, arena, function)
}

/// Emits one handler.
struct Emitter<'a> {
    b: FunctionBuilder<'a>,
    th: Value,
    pc: Value,
    regs: Value,
    word: Value,
    table: Value,
    exits: Vec<(Block, *const u8)>,
}

const TRUSTED: fn() -> MemFlagsData = MemFlagsData::trusted;

impl Emitter<'_> {
    fn function(context: &mut FunctionBuilderContext, body: impl Fn(&mut Emitter)) -> IrFunction {
        let mut function = IrFunction::with_name_signature(Default::default(), handler_signature());
        let mut b = FunctionBuilder::new(&mut function, context);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        let [th, pc, regs, word, table] = [0, 1, 2, 3, 4].map(|index| b.block_params(block)[index]);
        let mut emitter = Emitter { b, th, pc, regs, word, table, exits: Vec::new() };
        body(&mut emitter);
        emitter.fill_exits();
        emitter.b.seal_all_blocks();
        emitter.b.finalize(arena::FRONTEND);
        function
    }

    fn load(&mut self, address: Value, offset: usize) -> Value {
        self.b.ins().load(types::I64, TRUSTED(), address, offset as i32)
    }

    fn load32(&mut self, address: Value, offset: usize) -> Value {
        self.b.ins().load(types::I32, TRUSTED(), address, offset as i32)
    }

    fn store(&mut self, value: Value, address: Value, offset: usize) {
        self.b.ins().store(TRUSTED(), value, address, offset as i32);
    }

    fn constant(&mut self, bits: u64) -> Value {
        self.b.ins().iconst(types::I64, bits as i64)
    }

    /// A 16-bit field of the instruction.
    fn operand(&mut self, shift: i64) -> Value {
        let shifted = self.b.ins().ushr_imm_u(self.word, shift);
        let short = self.b.ins().ireduce(types::I16, shifted);
        self.b.ins().uextend(types::I64, short)
    }

    fn element(&mut self, base: Value, index: Value) -> Value {
        let offset = self.b.ins().ishl_imm_u(index, 3);
        self.b.ins().iadd(base, offset)
    }

    fn register(&mut self, shift: i64) -> Value {
        let index = self.operand(shift);
        self.element(self.regs, index)
    }

    fn a(&mut self) -> Value {
        let address = self.register(16);
        self.load(address, 0)
    }

    fn b(&mut self) -> Value {
        let address = self.register(32);
        self.load(address, 0)
    }

    fn d(&mut self) -> Value {
        let shifted = self.b.ins().ushr_imm_u(self.word, 8);
        let byte = self.b.ins().ireduce(types::I8, shifted);
        let index = self.b.ins().uextend(types::I64, byte);
        self.element(self.regs, index)
    }

    fn set_d(&mut self, value: Value) {
        let address = self.d();
        self.store(value, address, 0);
    }

    /// The jump distance in words, times eight.
    fn distance(&mut self) -> Value {
        let words = self.b.ins().sshr_imm_u(self.word, 48);
        self.b.ins().ishl_imm_u(words, 3)
    }

    fn dispatch(&mut self, pc: Value, regs: Value) {
        let word = self.load(pc, 0);
        let byte = self.b.ins().ireduce(types::I8, word);
        let op = self.b.ins().uextend(types::I64, byte);
        let slot = self.element(self.table, op);
        let handler = self.load(slot, 0);
        let signature = self.b.import_signature(handler_signature());
        let arguments = [self.th, pc, regs, word, self.table];
        self.b.ins().return_call_indirect(signature, handler, &arguments);
    }

    fn next(&mut self, bytes: i64) {
        let pc = self.b.ins().iadd_imm_s(self.pc, bytes);
        self.dispatch(pc, self.regs);
    }

    fn leave(&mut self, completed: i64) {
        let result = self.b.ins().iconst(types::I64, completed);
        self.b.ins().return_(&[result]);
    }

    /// A block that hands the instruction to another handler; it is filled in at the end.
    fn exit_to(&mut self, handler: *const u8) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        self.exits.push((block, handler));
        block
    }

    fn fill_exits(&mut self) {
        for (block, handler) in std::mem::take(&mut self.exits) {
            self.b.switch_to_block(block);
            let address = self.constant(handler as u64);
            let signature = self.b.import_signature(handler_signature());
            let arguments = [self.th, self.pc, self.regs, self.word, self.table];
            self.b.ins().return_call_indirect(signature, address, &arguments);
        }
    }

    /// Goes on here if `condition` is not zero, to `otherwise` if it is.
    fn require(&mut self, condition: Value, otherwise: Block) {
        let go_on = self.b.create_block();
        self.b.ins().brif(condition, go_on, &[], otherwise, &[]);
        self.b.switch_to_block(go_on);
    }

    fn require_equal(&mut self, a: Value, b: Value, otherwise: Block) {
        let equal = self.b.ins().icmp(Equal, a, b);
        self.require(equal, otherwise);
    }

    fn require_pointer(&mut self, value: Value, otherwise: Block) {
        let high = self.b.ins().ushr_imm_u(value, 48);
        let pointer = self.b.ins().icmp_imm_s(Equal, high, 0);
        self.require(pointer, otherwise);
    }

    fn require_int(&mut self, value: Value, otherwise: Block) {
        let high = self.b.ins().ushr_imm_u(value, 49);
        let int = self.b.ins().icmp_imm_s(Equal, high, 0x7FFF);
        self.require(int, otherwise);
    }

    fn slow_path(&mut self, run: i64, length: i64) {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.extend([AbiParam::new(types::I64); 4]);
        signature.returns.push(AbiParam::new(types::I8));
        let signature = self.b.import_signature(signature);
        let address = self.b.ins().iconst(types::I64, run);
        let call = self.b.ins().call_indirect(
            signature,
            address,
            &[self.th, self.pc, self.regs, self.word],
        );
        let go_on = self.b.inst_results(call)[0];
        let raised = self.b.create_block();
        self.require(go_on, raised);
        self.next(length);
        self.b.switch_to_block(raised);
        self.leave(0);
    }

    fn move_(&mut self) {
        let value = self.a();
        self.set_d(value);
        self.next(8);
    }

    fn load_const(&mut self) {
        let value = self.load(self.pc, 8);
        self.set_d(value);
        self.next(16);
    }

    fn store_int(&mut self, shifted: Value) {
        let payload = self.b.ins().ushr_imm_u(shifted, i64::from(INT_SHIFT));
        let tag = self.constant(INT_TAG);
        let value = self.b.ins().bor(payload, tag);
        self.set_d(value);
        self.next(8);
    }

    fn int_arithmetic(&mut self, op: Op, exits: &[*const u8]) {
        let (a, b) = (self.a(), self.b());
        let both = self.b.ins().band(a, b);
        let floats = self.exit_to(exits[0]);
        self.require_int(both, floats);
        let slow = self.exit_to(exits[1]);
        let shift = i64::from(INT_SHIFT);
        let (a, mut b) = (self.b.ins().ishl_imm_u(a, shift), self.b.ins().ishl_imm_u(b, shift));
        if op == Op::Mul {
            b = self.b.ins().sshr_imm_u(b, shift);
        }
        let (result, overflow) = match op {
            Op::Add => self.b.ins().sadd_overflow(a, b),
            Op::Sub => self.b.ins().ssub_overflow(a, b),
            _ => self.b.ins().smul_overflow(a, b),
        };
        let fits = self.b.ins().icmp_imm_s(Equal, overflow, 0);
        self.require(fits, slow);
        self.store_int(result);
    }

    fn float_arithmetic(&mut self, op: Op, slow: *const u8) {
        let slow = self.exit_to(slow);
        let operands = [self.a(), self.b()].map(|value| {
            let high = self.b.ins().ushr_imm_u(value, 49);
            let index = self.b.ins().iadd_imm_s(high, -1);
            let float = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, index, 0x7FFE);
            self.require(float, slow);
            let offset = self.constant(DOUBLE_OFFSET);
            let bits = self.b.ins().isub(value, offset);
            self.b.ins().bitcast(types::F64, MemFlagsData::new(), bits)
        });
        let result = match op {
            Op::Add => self.b.ins().fadd(operands[0], operands[1]),
            Op::Sub => self.b.ins().fsub(operands[0], operands[1]),
            _ => self.b.ins().fmul(operands[0], operands[1]),
        };
        let bits = self.b.ins().bitcast(types::I64, MemFlagsData::new(), result);
        let offset = self.constant(DOUBLE_OFFSET);
        let value = self.b.ins().iadd(bits, offset);
        self.set_d(value);
        self.next(8);
    }

    fn add_imm(&mut self, slow: *const u8) {
        let slow = self.exit_to(slow);
        let a = self.a();
        self.require_int(a, slow);
        let a = self.b.ins().ishl_imm_u(a, i64::from(INT_SHIFT));
        let imm = self.b.ins().sshr_imm_u(self.word, 48);
        let imm = self.b.ins().ishl_imm_u(imm, i64::from(INT_SHIFT));
        let (sum, overflow) = self.b.ins().sadd_overflow(a, imm);
        let fits = self.b.ins().icmp_imm_s(Equal, overflow, 0);
        self.require(fits, slow);
        self.store_int(sum);
    }

    fn jump_unless_less(&mut self, immediate: bool, slow: *const u8) {
        let slow = self.exit_to(slow);
        let shift = i64::from(INT_SHIFT);
        let a = self.a();
        let b = if immediate {
            self.require_int(a, slow);
            let high = self.b.ins().ishl_imm_u(self.word, 16);
            self.b.ins().sshr_imm_u(high, 48)
        } else {
            let b = self.b();
            let both = self.b.ins().band(a, b);
            self.require_int(both, slow);
            b
        };
        let (a, b) = (self.b.ins().ishl_imm_u(a, shift), self.b.ins().ishl_imm_u(b, shift));
        let less = self.b.ins().icmp(IntCC::SignedLessThan, a, b);
        let taken = self.b.create_block();
        self.require(less, taken);
        self.next(8);
        self.b.switch_to_block(taken);
        let distance = self.distance();
        let pc = self.b.ins().iadd(self.pc, distance);
        self.dispatch(pc, self.regs);
    }

    fn jump_back(&mut self, slow: *const u8) {
        let slow = self.exit_to(slow);
        let poll = self.load32(self.th, offset_of!(Thread, poll));
        let clear = self.b.ins().icmp_imm_s(Equal, poll, 0);
        self.require(clear, slow);
        let distance = self.distance();
        let pc = self.b.ins().iadd(self.pc, distance);
        self.dispatch(pc, self.regs);
    }

    fn require_owned(&mut self, object: Value, write: bool, otherwise: Block) {
        let mut owner = self.load32(object, 0);
        if !write {
            owner = self.b.ins().bor_imm_u(owner, i64::from(machine::WRITE_BITS));
        }
        let token = self.load32(self.th, offset_of!(Thread, write_token));
        self.require_equal(owner, token, otherwise);
    }

    fn field(&mut self, write: bool, slow: *const u8) {
        let slow = self.exit_to(slow);
        let object = self.a();
        self.require_pointer(object, slow);
        self.require_owned(object, write, slow);
        let shape = self.load32(object, 4);
        let cached = self.load32(self.pc, 8);
        self.require_equal(shape, cached, slow);
        let offset = self.load32(self.pc, 12);
        let offset = self.b.ins().uextend(types::I64, offset);
        let slot = self.b.ins().iadd(object, offset);
        if write {
            let value = self.b();
            self.store(value, slot, 0);
        } else {
            let value = self.load(slot, 0);
            self.set_d(value);
        }
        self.next(16);
    }

    fn item(&mut self, write: bool, slow: *const u8) {
        let slow = self.exit_to(slow);
        let list = self.a();
        self.require_pointer(list, slow);
        let index = self.b();
        self.require_int(index, slow);
        self.require_owned(list, write, slow);
        let shape = self.load32(list, 4);
        let is_list = self.b.ins().icmp_imm_s(Equal, shape, i64::from(LIST_SHAPE));
        self.require(is_list, slow);
        let shift = i64::from(INT_SHIFT);
        let high = self.b.ins().ishl_imm_u(index, shift);
        let index = self.b.ins().sshr_imm_u(high, shift);
        let len = self.load(list, offset_of!(List, len));
        let within = self.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
        self.require(within, slow);
        let items = self.load(list, offset_of!(List, items));
        let item = self.element(items, index);
        if write {
            let address = self.d();
            let value = self.load(address, 0);
            self.store(value, item, 0);
        } else {
            let value = self.load(item, 0);
            self.set_d(value);
        }
        self.next(8);
    }

    fn call(&mut self, slow: *const u8) {
        let slow = self.exit_to(slow);
        let base = self.register(16);
        let callee = self.load(base, 0);
        self.require_pointer(callee, slow);
        let shape = self.load32(callee, 4);
        let is_function = self.b.ins().icmp_imm_s(Equal, shape, i64::from(FUNCTION_SHAPE));
        self.require(is_function, slow);
        let given = self.operand(32);
        let parameters = self.load32(callee, offset_of!(Function, parameters));
        let parameters = self.b.ins().uextend(types::I64, parameters);
        self.require_equal(given, parameters, slow);
        let window = self.b.ins().iadd_imm_s(base, 24);
        let registers = self.load32(callee, offset_of!(Function, registers));
        let registers = self.b.ins().uextend(types::I64, registers);
        let end = self.element(window, registers);
        let limit = self.load(self.th, offset_of!(Thread, stack_limit));
        let fits = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, end, limit);
        self.require(fits, slow);
        let poll = self.load32(self.th, offset_of!(Thread, poll));
        let clear = self.b.ins().icmp_imm_s(Equal, poll, 0);
        self.require(clear, slow);
        let back = self.b.ins().iadd_imm_s(self.pc, 8);
        self.store(back, base, 8);
        self.store(self.regs, base, 16);
        let first = self.element(window, given);
        let (head, body, done) =
            (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let next = self.b.append_block_param(head, types::I64);
        self.b.ins().jump(head, &[first.into()]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(NotEqual, next, end);
        self.b.ins().brif(more, body, &[], done, &[]);
        self.b.switch_to_block(body);
        let unbound = self.constant(UNBOUND.0);
        self.store(unbound, next, 0);
        let following = self.b.ins().iadd_imm_s(next, 8);
        self.b.ins().jump(head, &[following.into()]);
        self.b.switch_to_block(done);
        let entry = self.load(callee, offset_of!(Function, entry));
        self.dispatch(entry, window);
    }

    fn return_(&mut self) {
        let value = self.a();
        let pc = self.b.ins().load(types::I64, TRUSTED(), self.regs, -16);
        let caller = self.b.ins().load(types::I64, TRUSTED(), self.regs, -8);
        let destination = self.b.ins().uload8(types::I64, TRUSTED(), pc, -7);
        let address = self.element(caller, destination);
        self.store(value, address, 0);
        self.dispatch(pc, caller);
    }

    fn halt(&mut self) {
        let value = self.a();
        self.store(value, self.th, offset_of!(Thread, result));
        self.leave(1);
    }
}
