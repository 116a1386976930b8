//! `_random`: the generator behind `random`.

mod generator;
mod twister;

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::thread::undo::Restore;
use orochi_vm::types::int::{self, Operand};
use orochi_vm::types::tuple::Tuple;

use crate::native_state::SharedState;
use generator::Generator;
use twister::{Twister, WORDS, real};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Module implements the Mersenne Twister random number generator.",
    types: &[&RANDOM],
    ..ModuleSpec::named("_random")
};

heap_object! {
    /// A random number generator.
    pub struct Random: RANDOM {
        values {}
        storage {}
        data {
            /// The generator's state.
            state: SharedState<Generator>,
        }
    }
}

/// `_random.Random`
static RANDOM: TypeSpec = TypeSpec {
    module: "_random",
    doc: "Random() -> create a random number generator with its own internal state.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: &[
        method(
            "__init__($self, seed=None, /)",
            init,
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        method("random($self, /)", random, "random() -> x in the interval [0, 1)."),
        method(
            "seed($self, n=None, /)",
            seed,
            "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier.",
        ),
        method("getstate($self, /)", getstate, "getstate() -> tuple containing the current state."),
        method(
            "setstate($self, state, /)",
            setstate,
            "setstate(state) -> None.  Restores generator state.",
        ),
        method(
            "getrandbits($self, k, /)",
            getrandbits,
            "getrandbits(k) -> x.  Generates an int with k random bits.",
        ),
    ],
    finalise: Some(free),
    save: Some(save),
    ..TypeSpec::named("Random", NativeLayout::of::<Random>())
};

/// # Safety
/// A `Random` that is held.
unsafe fn save(object: *const Header) -> Restore {
    // SAFETY: the caller's promise.
    let generator = unsafe { (*object.cast::<Random>()).state.get().get() };
    // The block that claims it is alone with it from now on.
    generator.close();
    let copy = generator.get();
    Box::new(move || generator.set(&copy))
}

/// # Safety
/// A dead `Random`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<Random>()).state.get().free() }
}

/// The generator of an object, which need not be held: it is made to be used by several threads.
/// The reference is for as long as the caller has that of the object.
#[inline]
fn generator<'a>(random: Ref<Random>) -> &'a Generator {
    // SAFETY: constructors set the field, and nobody changes it; the object lives while its
    // reference is on the caller's stack, and the result does not leave this module.
    unsafe { random.unguarded().state.get().get() }
}

/// Does something with the generator, which is this thread's meanwhile.
fn with<R>(
    th: &mut Thread,
    value: Value,
    work: impl FnOnce(&mut Twister) -> R,
) -> Result<R, Raised> {
    let random = th.receiver::<Random>(value)?;
    let _guard = th.write(random)?;
    let generator = generator(random);
    generator.close();
    Ok(generator.with_closed(work))
}

/// Draws so many words in succession.
#[inline]
fn draw<const N: usize>(th: &mut Thread, value: Value) -> Result<[u32; N], Raised> {
    let random = th.receiver::<Random>(value)?;
    let (generator, plain) = (generator(random), !th.stm.in_block());
    if plain && let Some(drawn) = generator.draw_open::<N>() {
        return Ok(drawn);
    }
    let me = th.stm.record().slot();
    let _guard = th.write(random)?;
    generator.close();
    Ok(generator.draw_closed::<N>(me, plain))
}

/// Draws as many words as `work` wants.
fn draw_many(
    th: &mut Thread,
    value: Value,
    mut work: impl FnMut(&mut Twister),
) -> Result<(), Raised> {
    let random = th.receiver::<Random>(value)?;
    let (generator, plain) = (generator(random), !th.stm.in_block());
    if plain && generator.with_open(&mut work).is_some() {
        return Ok(());
    }
    let me = th.stm.record().slot();
    let _guard = th.write(random)?;
    generator.close();
    generator.with_closed(work);
    generator.note_owner(me, plain);
    Ok(())
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &RANDOM)?;
    let state = SharedState::new(Generator::unseeded());
    let made = Random::allocate_as(th, shape, state)?.value();
    seed_with(th, made, Value::NONE)?;
    Ok(made)
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    seed(th, args)
}

fn seed(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    seed_with(th, args[0], args[1])?;
    Ok(Value::NONE)
}

fn seed_with(th: &mut Thread, object: Value, seed: Value) -> Result<(), Raised> {
    let key: Vec<u32> = if seed.is_unbound() || seed.is_none() {
        entropy()
    } else {
        let words = match Operand::of(seed) {
            Some(operand) => operand.to_owned().1.to_vec(),
            None => vec![th.hash(seed)?],
        };
        let mut halves: Vec<u32> =
            words.iter().flat_map(|&word| [word as u32, (word >> 32) as u32]).collect();
        while halves.len() > 1 && halves.last() == Some(&0) {
            halves.pop();
        }
        if halves.is_empty() { vec![0] } else { halves }
    };
    with(th, object, |twister| twister.seed(&key))
}

/// A key from the operating system.
fn entropy() -> Vec<u32> {
    let mut key = vec![0u32; WORDS];
    let bytes = size_of_val(&key[..]);
    let mut done = 0;
    while done < bytes {
        // SAFETY: fills the rest of a buffer of this size.
        let got = unsafe {
            libc::getrandom(key.as_mut_ptr().cast::<u8>().add(done).cast(), bytes - done, 0)
        };
        match usize::try_from(got) {
            Ok(got) => done += got,
            Err(_) if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {
            }
            Err(_) => break,
        }
    }
    if done < bytes {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let nanoseconds = now.map_or(0, |time| time.as_nanos());
        key[0] ^= nanoseconds as u32;
        key[1] ^= (nanoseconds >> 32) as u32;
        key[2] ^= std::process::id();
    }
    key
}

fn random(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_f64(real(draw(th, args[0])?)))
}

fn getrandbits(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let count = th.index(args[1])?;
    if int::is_negative(count) {
        return Err(th.value_error("number of bits must be non-negative"));
    }
    let Some(count) = int::as_u64(count).filter(|&count| count < 1 << 33) else {
        return Err(th.overflow_error("Python int too large to convert to C long"));
    };
    if count <= 32 {
        let bits = if count == 0 { 0 } else { draw::<1>(th, args[0])?[0] >> (32 - count) };
        return th.int_from_u64(u64::from(bits));
    }
    let mut words = vec![0u64; count.div_ceil(64) as usize];
    draw_many(th, args[0], |twister| {
        let mut left = count;
        for half in 0..count.div_ceil(32) {
            let mut bits = twister.next();
            if left < 32 {
                bits >>= 32 - left;
            }
            words[(half / 2) as usize] |= u64::from(bits) << (half % 2 * 32);
            left = left.saturating_sub(32);
        }
    })?;
    th.int_from_words(false, &words)
}

fn getstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (words, index) = with(th, args[0], |twister| (twister.words, twister.index))?;
    let mut values = RootVec::with_capacity(WORDS + 1);
    for word in words {
        values.push(Value::int_unchecked(i64::from(word)));
    }
    values.push(Value::int_unchecked(index as i64));
    Ok(Tuple::from_slice(th, values.as_slice())?.value())
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(state) = args[1].cast::<Tuple>() else {
        return Err(th.type_error("state vector must be a tuple"));
    };
    if state.len() != WORDS + 1 {
        return Err(th.value_error("state vector is the wrong size"));
    }
    let mut words = [0u32; WORDS];
    for (at, word) in words.iter_mut().enumerate() {
        let value = state.get(at);
        if !int::is_int_like(value) {
            let class = th.type_name(value);
            return Err(th.type_error(format!("expected int, got {class}")));
        }
        let Some(number) = int::as_u64(value) else {
            return Err(th.overflow_error("can't convert negative value to unsigned int"));
        };
        *word = number as u32;
    }
    let index = match int::as_i64(state.get(WORDS)) {
        Some(index) if (0..=WORDS as i64).contains(&index) => index as usize,
        _ => return Err(th.value_error("invalid state")),
    };
    with(th, args[0], |twister| {
        twister.words = words;
        twister.index = index;
    })?;
    Ok(Value::NONE)
}
