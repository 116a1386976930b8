//! Comparison and hashing.

use orochi_text::hash::{hash_float, hash_int};

use crate::class::{Class, Special};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// A rich comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Comparison {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Comparison {
    /// All of them, by number.
    pub const ALL: &'static [Comparison] = &[
        Comparison::Lt,
        Comparison::Le,
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Gt,
        Comparison::Ge,
    ];

    /// The method of the left operand.
    pub const fn method(self) -> Special {
        match self {
            Comparison::Lt => Special::Lt,
            Comparison::Le => Special::Le,
            Comparison::Eq => Special::Eq,
            Comparison::Ne => Special::Ne,
            Comparison::Gt => Special::Gt,
            Comparison::Ge => Special::Ge,
        }
    }

    /// The same comparison with its operands exchanged.
    pub const fn swapped(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Eq => Comparison::Eq,
            Comparison::Ne => Comparison::Ne,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
        }
    }

    /// The method of the right operand.
    pub const fn reflected(self) -> Special {
        self.swapped().method()
    }

    /// How messages write it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Eq => "==",
            Comparison::Ne => "!=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }

    /// What the comparison says of an order; unordered operands are only unequal.
    pub fn holds(self, order: Option<std::cmp::Ordering>) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match self {
            Comparison::Lt => order == Some(Less),
            Comparison::Le => matches!(order, Some(Less | Equal)),
            Comparison::Eq => order == Some(Equal),
            Comparison::Ne => order != Some(Equal),
            Comparison::Gt => order == Some(Greater),
            Comparison::Ge => matches!(order, Some(Greater | Equal)),
        }
    }
}

impl Thread {
    /// `left op right`
    pub fn compare(&mut self, op: Comparison, left: Value, right: Value) -> Result<Value, Raised> {
        if let Some(truth) = fast(op, left, right) {
            return Ok(Value::from_bool(truth));
        }
        self.check_native_stack()?;
        let (class, right_class) = (self.class_of(left), self.class_of(right));
        let reflected_first = right_class != class && right_class.is_subclass(class);
        if reflected_first && let Some(result) = self.try_method(right, op.reflected(), left)? {
            return Ok(result);
        }
        if let Some(result) = self.try_method(left, op.method(), right)? {
            return Ok(result);
        }
        if !reflected_first && let Some(result) = self.try_method(right, op.reflected(), left)? {
            return Ok(result);
        }
        self.compare_by_identity(op, left, right)
    }

    /// What remains of `left op right` when the left operand's method has returned
    /// `NotImplemented` and was the first to be asked.
    pub fn compare_after_left(
        &mut self,
        op: Comparison,
        left: Value,
        right: Value,
    ) -> Result<Value, Raised> {
        if let Some(result) = self.try_method(right, op.reflected(), left)? {
            return Ok(result);
        }
        self.compare_by_identity(op, left, right)
    }

    /// When no method knows: identity for `==` and `!=`, `TypeError` for the rest.
    fn compare_by_identity(
        &mut self,
        op: Comparison,
        left: Value,
        right: Value,
    ) -> Result<Value, Raised> {
        match op {
            Comparison::Eq => Ok(Value::from_bool(left == right)),
            Comparison::Ne => Ok(Value::from_bool(left != right)),
            _ => Err(self.type_error(format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                self.type_name(left),
                self.type_name(right)
            ))),
        }
    }

    /// Whether two values are the same object or `==`.
    #[inline]
    pub fn equal(&mut self, left: Value, right: Value) -> Result<bool, Raised> {
        if left == right {
            return Ok(true);
        }
        if let Some(truth) = fast(Comparison::Eq, left, right) {
            return Ok(truth);
        }
        let result = self.compare(Comparison::Eq, left, right)?;
        self.is_true(result)
    }

    /// Whether `left op right` is true.
    #[inline]
    pub fn compares(&mut self, op: Comparison, left: Value, right: Value) -> Result<bool, Raised> {
        if let Some(truth) = fast(op, left, right) {
            return Ok(truth);
        }
        let result = self.compare(op, left, right)?;
        self.is_true(result)
    }

    /// `hash(value)`, to be read as a signed number.
    #[inline]
    pub fn hash(&mut self, value: Value) -> Result<u64, Raised> {
        if value.is_int() {
            return Ok(hash_int(value.as_int()) as u64);
        }
        if let Some(text) = value.cast_exact::<Str>() {
            return Ok(text.hash());
        }
        self.hash_other(value)
    }

    fn hash_other(&mut self, value: Value) -> Result<u64, Raised> {
        if value.is_float() {
            return Ok(hash_float(value.as_f64(), identity_hash(value)) as u64);
        }
        if value.is_bool() {
            return Ok(u64::from(value.is_true()));
        }
        if !value.is_object() {
            return Ok(identity_hash(value) as u64);
        }
        if let Some(tuple) = value.cast_exact::<Tuple>() {
            return types::tuple::hash_of(self, tuple);
        }
        if let Some(reference) = value.cast_exact::<types::weakref::WeakRef>()
            && let Some(hash) = reference.known_hash()
        {
            return Ok(hash as u64);
        }
        self.check_native_stack()?;
        let class = self.class_of(value);
        let method = class.special(self, Special::Hash);
        let Some(method) = method.filter(|method| !method.is_none()) else {
            return Err(self.unhashable(class));
        };
        match super::native_of(method) {
            Some(native) if native == types::object::hash as *const () => {
                return Ok(identity_hash(value) as u64);
            }
            // Named tuples: the hash needs no integer object on its way.
            Some(native) if native == types::tuple::hash as *const () => {
                if let Some(tuple) = value.cast::<types::tuple::Tuple>() {
                    return types::tuple::hash_of(self, tuple);
                }
            }
            _ => {}
        }
        let result = self.call_descriptor_method(method, value, &[])?;
        if result.is_int() {
            let hash = result.as_int();
            return Ok(if hash == -1 { -2 } else { hash } as u64);
        }
        if !types::int::is_int_like(result) {
            return Err(self.type_error("__hash__ method should return an integer"));
        }
        if let Some(hash) = types::int::as_i64(result) {
            return Ok(if hash == -1 { -2 } else { hash } as u64);
        }
        // A hash that is too large is hashed once more.
        let plain = types::int::plain(self, result)?;
        Ok(types::int::hash_of(plain) as u64)
    }

    #[cold]
    fn unhashable(&self, class: Ref<Class>) -> Raised {
        self.type_error(format!("unhashable type: '{}'", class.display_name()))
    }
}

/// The hash of an object that is equal to nothing but itself.
#[inline]
pub fn identity_hash(value: Value) -> i64 {
    let bits = value.bits();
    let hash = if value.is_object() { bits.rotate_right(4) } else { bits } as i64;
    if hash == -1 { -2 } else { hash }
}

/// Comparisons that need no method: small numbers and plain strings.
#[inline]
fn fast(op: Comparison, left: Value, right: Value) -> Option<bool> {
    if Value::both_ints(left, right) {
        return Some(op.holds(Some(left.as_int().cmp(&right.as_int()))));
    }
    if Value::is_number_pair(left, right) {
        return Some(op.holds(left.number_as_f64().partial_cmp(&right.number_as_f64())));
    }
    if matches!(op, Comparison::Eq | Comparison::Ne)
        && let (Some(a), Some(b)) = (left.cast_exact::<Str>(), right.cast_exact::<Str>())
    {
        return Some(Str::equal(a, b) == (op == Comparison::Eq));
    }
    None
}
