//! The programs, as a compiler would emit them, with the same source in Python for CPython.

use super::instruction::{FRAME_WORDS, Op, Word};
use super::machine::Thread;
use crate::value::Value;

/// A program: a function of one integer.
pub struct Program {
    pub name: &'static str,
    /// Python source that leaves the time of `run(n)` to the caller.
    pub python: &'static str,
    pub argument: i64,
    /// Bytecode instructions that `run(argument)` executes.
    pub instructions: fn(i64) -> i64,
    pub build: fn(&mut Thread) -> Value,
}

pub const PROGRAMS: [Program; 4] = [
    Program {
        name: "int loop",
        python: "
def run(n):
    i = 0
    s = 0
    k = 3
    while i < n:
        s = i * k - s
        i = i + 1
    return s
",
        argument: 4_000_000,
        instructions: |n| 5 * n + 6,
        build: int_loop,
    },
    Program {
        name: "fib",
        python: "
def run(n):
    if n < 2:
        return n
    return run(n - 1) + run(n - 2)
",
        argument: 27,
        instructions: |n| {
            // A leaf runs 2 instructions, an inner call 9; there is one leaf more than inner calls.
            let (mut leaves, mut before) = (1, 1);
            for _ in 1..n {
                (leaves, before) = (leaves + before, leaves);
            }
            2 * leaves + 9 * (leaves - 1) + 2
        },
        build: fib,
    },
    Program {
        name: "float and fields",
        python: "
class Body:
    __slots__ = ('x', 'v')
    def __init__(self):
        self.x = 1.0
        self.v = 0.5
bodies = [Body() for _ in range(8)]
out = [0.0] * 8
def run(n, bodies=bodies, out=out):
    dt = 0.001
    e = 0.0
    zero = 0
    while zero < n:
        j = 0
        while j < 8:
            b = bodies[j]
            b.v = b.v - b.x * dt
            x = b.x + b.v * dt
            b.x = x
            out[j] = x
            e = e + x
            j = j + 1
        zero = zero + 1
    return e
",
        argument: 200_000,
        instructions: |n| 4 * n + n * 8 * 15 + n + 8,
        build: float_fields,
    },
    Program {
        name: "trace's loop",
        python: "
class Object:
    __slots__ = ('x',)
o = Object()
o.x = 1.0
def run(n, o=o):
    i = 1
    s = 0
    while i < n:
        o.x = o.x * 0.999 + 1.0
        s = s + i * 3
        i = i + 1
    return s
",
        argument: 2_000_000,
        instructions: |n| TRACE_LOOP_LENGTH * (n - 1) + 10,
        build: trace_loop,
    },
];

/// Instructions per iteration of the program that the trace spike compiles.
pub const TRACE_LOOP_LENGTH: i64 = 9;

/// Assembles one function.
#[derive(Default)]
struct Assembler {
    code: Vec<u64>,
}

impl Assembler {
    fn emit(&mut self, op: Op, d: usize, a: usize, b: usize, c: i64) -> usize {
        self.code.push(Word::new(op, d, a, b, c).0);
        self.code.len() - 1
    }

    fn constant(&mut self, d: usize, value: Value) {
        self.emit(Op::LoadConst, d, 0, 0, 0);
        self.code.push(value.0);
    }

    /// A field access, with its empty inline cache.
    fn field(&mut self, op: Op, d: usize, a: usize, b: usize, name: usize) {
        self.emit(op, d, a, b, name as i64);
        self.code.push(0);
    }

    fn jump_back(&mut self, target: usize) {
        let from = self.code.len() as i64;
        self.emit(Op::JumpBack, 0, 0, 0, target as i64 - from);
    }

    /// Makes the jump at `from` go to the next instruction to be emitted.
    fn land(&mut self, from: usize) {
        let distance = (self.code.len() - from) as u64;
        self.code[from] |= distance << 48;
    }
}

fn int_loop(th: &mut Thread) -> Value {
    let [n, i, s, k, t] = [0, 1, 2, 3, 4];
    let mut asm = Assembler::default();
    asm.constant(i, Value::int(0));
    asm.constant(s, Value::int(0));
    asm.constant(k, Value::int(3));
    let head = asm.emit(Op::JumpUnlessLess, 0, i, n, 0);
    asm.emit(Op::Mul, t, i, k, 0);
    asm.emit(Op::Sub, s, t, s, 0);
    asm.emit(Op::AddImm, i, i, 0, 1);
    asm.jump_back(head);
    asm.land(head);
    asm.emit(Op::Return, 0, s, 0, 0);
    let function = th.new_function(1, 5);
    th.set_code(function, asm.code);
    function
}

fn fib(th: &mut Thread) -> Value {
    let function = th.new_function(1, 3 + FRAME_WORDS as u32);
    let [n, first, callee] = [0, 1, 2];
    let mut asm = Assembler::default();
    let test = asm.emit(Op::JumpUnlessLessImm, 0, n, 2, 0);
    asm.emit(Op::Return, 0, n, 0, 0);
    asm.land(test);
    asm.constant(callee, function);
    asm.emit(Op::AddImm, callee + FRAME_WORDS, n, 0, -1);
    asm.emit(Op::Call, first, callee, 1, 0);
    asm.constant(callee, function);
    asm.emit(Op::AddImm, callee + FRAME_WORDS, n, 0, -2);
    asm.emit(Op::Call, callee, callee, 1, 0);
    asm.emit(Op::Add, first, first, callee, 0);
    asm.emit(Op::Return, 0, first, 0, 0);
    th.set_code(function, asm.code);
    function
}

fn float_fields(th: &mut Thread) -> Value {
    let [x_name, v_name] = [0, 1];
    let shape = th.new_shape(&[x_name, v_name]);
    let instances: Vec<Value> =
        (0..8).map(|_| th.new_instance(shape, &[Value::float(1.0), Value::float(0.5)])).collect();
    let list = th.new_list(&instances);
    let results = th.new_list(&[Value::float(0.0); 8]);

    let [n, bodies, out, dt, e, zero, j, eight, b, t, x, v] =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    let mut asm = Assembler::default();
    asm.constant(bodies, list);
    asm.constant(out, results);
    asm.constant(dt, Value::float(0.001));
    asm.constant(e, Value::float(0.0));
    asm.constant(zero, Value::int(0));
    asm.constant(eight, Value::int(8));
    let outer = asm.emit(Op::JumpUnlessLess, 0, zero, n, 0);
    asm.constant(j, Value::int(0));
    let inner = asm.emit(Op::JumpUnlessLess, 0, j, eight, 0);
    asm.emit(Op::GetItem, b, bodies, j, 0);
    asm.field(Op::GetField, v, b, 0, v_name);
    asm.field(Op::GetField, x, b, 0, x_name);
    asm.emit(Op::Mul, t, x, dt, 0);
    asm.emit(Op::Sub, v, v, t, 0);
    asm.field(Op::SetField, 0, b, v, v_name);
    asm.field(Op::GetField, x, b, 0, x_name);
    asm.field(Op::GetField, v, b, 0, v_name);
    asm.emit(Op::Mul, t, v, dt, 0);
    asm.emit(Op::Add, x, x, t, 0);
    asm.field(Op::SetField, 0, b, x, x_name);
    asm.emit(Op::SetItem, x, out, j, 0);
    asm.emit(Op::Add, e, e, x, 0);
    asm.emit(Op::AddImm, j, j, 0, 1);
    asm.jump_back(inner);
    asm.land(inner);
    asm.emit(Op::AddImm, zero, zero, 0, 1);
    asm.jump_back(outer);
    asm.land(outer);
    asm.emit(Op::Return, 0, e, 0, 0);
    let function = th.new_function(1, 12);
    th.set_code(function, asm.code);
    function
}

fn trace_loop(th: &mut Thread) -> Value {
    let shape = th.new_shape(&[0]);
    let instance = th.new_instance(shape, &[Value::float(1.0)]);
    let [n, o, i, s, x, factor, one, three, t] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    let mut asm = Assembler::default();
    asm.constant(o, instance);
    asm.constant(i, Value::int(1));
    asm.constant(s, Value::int(0));
    asm.constant(factor, Value::float(0.999));
    asm.constant(one, Value::float(1.0));
    asm.constant(three, Value::int(3));
    let head = asm.emit(Op::JumpUnlessLess, 0, i, n, 0);
    asm.field(Op::GetField, x, o, 0, 0);
    asm.emit(Op::Mul, x, x, factor, 0);
    asm.emit(Op::Add, x, x, one, 0);
    asm.field(Op::SetField, 0, o, x, 0);
    asm.emit(Op::Mul, t, i, three, 0);
    asm.emit(Op::Add, s, s, t, 0);
    asm.emit(Op::AddImm, i, i, 0, 1);
    asm.jump_back(head);
    asm.land(head);
    asm.emit(Op::Return, 0, s, 0, 0);
    let function = th.new_function(1, 9);
    th.set_code(function, asm.code);
    function
}

/// Code and window that call `function` with `argument` and halt.
pub fn entry(function: Value, argument: i64, stack: &mut [Value]) -> [u64; 2] {
    stack[0] = function;
    stack[FRAME_WORDS] = Value::int(argument);
    [Word::new(Op::Call, 0, 0, 1, 0).0, Word::new(Op::Halt, 0, 0, 0, 0).0]
}
