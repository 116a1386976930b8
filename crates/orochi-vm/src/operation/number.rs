//! Operators: the protocol of methods, reflected methods and in-place methods.

use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::native::NativeFunction;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types;
use crate::types::function::Function;

macro_rules! binary_ops {
    ($($op:ident $reflected:ident $inplace:ident $symbol:literal;)*) => {
        /// A binary operator.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "each is the operator's usual name")]
        pub enum BinaryOp { $($op,)* DivMod }

        impl BinaryOp {
            /// All of them, by number.
            pub const ALL: &'static [BinaryOp] = &[$(BinaryOp::$op,)* BinaryOp::DivMod];

            /// The method of the left operand.
            pub const fn method(self) -> Special {
                match self { $(BinaryOp::$op => Special::$op,)* BinaryOp::DivMod => Special::DivMod }
            }
            /// The method of the right operand.
            pub const fn reflected(self) -> Special {
                match self { $(BinaryOp::$op => Special::$reflected,)* BinaryOp::DivMod => Special::RDivMod }
            }
            /// The in-place method of the left operand.
            pub const fn inplace(self) -> Special {
                match self { $(BinaryOp::$op => Special::$inplace,)* BinaryOp::DivMod => Special::DivMod }
            }
            /// How messages write it.
            pub const fn symbol(self) -> &'static str {
                match self { $(BinaryOp::$op => $symbol,)* BinaryOp::DivMod => "divmod()" }
            }
        }
    };
}

binary_ops! {
    Add RAdd IAdd "+";
    Sub RSub ISub "-";
    Mul RMul IMul "*";
    TrueDiv RTrueDiv ITrueDiv "/";
    FloorDiv RFloorDiv IFloorDiv "//";
    Mod RMod IMod "%";
    Pow RPow IPow "** or pow()";
    LShift RLShift ILShift "<<";
    RShift RRShift IRShift ">>";
    And RAnd IAnd "&";
    Or ROr IOr "|";
    Xor RXor IXor "^";
    MatMul RMatMul IMatMul "@";
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `+x`
    Pos,
    /// `~x`
    Invert,
    /// `abs(x)`
    Abs,
}

impl Thread {
    /// `left op right`
    pub fn binary(&mut self, op: BinaryOp, left: Value, right: Value) -> Result<Value, Raised> {
        if let Some(result) = types::int::fast_binary(self, op, left, right) {
            return result;
        }
        let (class, right_class) = (self.class_of(left), self.class_of(right));
        let reflected_first = right_class != class && right_class.is_subclass(class) && {
            let own = right_class.special(self, op.reflected());
            own.is_some() && own != class.special(self, op.reflected())
        };
        if reflected_first && let Some(result) = self.try_method(right, op.reflected(), left)? {
            return Ok(result);
        }
        if let Some(result) = self.try_method(left, op.method(), right)? {
            return Ok(result);
        }
        if !reflected_first
            && right_class != class
            && let Some(result) = self.try_method(right, op.reflected(), left)?
        {
            return Ok(result);
        }
        Err(self.unsupported(op, false, left, right))
    }

    /// `left op= right`
    pub fn inplace(&mut self, op: BinaryOp, left: Value, right: Value) -> Result<Value, Raised> {
        if let Some(result) = types::int::fast_binary(self, op, left, right) {
            return result;
        }
        if let Some(result) = self.try_method(left, op.inplace(), right)? {
            return Ok(result);
        }
        match self.binary(op, left, right) {
            Err(raised) if self.is_unsupported(raised, op) => {
                self.take_exception();
                Err(self.unsupported(op, true, left, right))
            }
            result => result,
        }
    }

    /// What remains of `left op right` when the first method has returned `NotImplemented`.
    pub fn binary_after_left(
        &mut self,
        op: BinaryOp,
        inplace: bool,
        left: Value,
        right: Value,
    ) -> Result<Value, Raised> {
        let class = self.class_of(left);
        if inplace && class.special(self, op.inplace()).is_some() {
            return match self.binary(op, left, right) {
                Err(raised) if self.is_unsupported(raised, op) => {
                    self.take_exception();
                    Err(self.unsupported(op, true, left, right))
                }
                result => result,
            };
        }
        if self.class_of(right) != class
            && let Some(result) = self.try_method(right, op.reflected(), left)?
        {
            return Ok(result);
        }
        Err(self.unsupported(op, inplace, left, right))
    }

    /// Calls a special method with one argument; `None` if it is missing, cannot be bound for an
    /// `AttributeError`, or returns `NotImplemented`.
    pub(crate) fn try_method(
        &mut self,
        object: Value,
        method: Special,
        argument: Value,
    ) -> Result<Option<Value>, Raised> {
        let class = self.class_of(object);
        let Some(found) = class.special(self, method) else { return Ok(None) };
        let plain = found.cast::<Function>().is_some() || found.cast::<NativeFunction>().is_some();
        let result = if plain {
            self.call_descriptor_method(found, object, &[argument])?
        } else {
            match self.descriptor_get(found, object, class) {
                Ok(bound) => self.call(bound, &[argument])?,
                Err(raised) => {
                    let kept = self.catch(raised, &crate::exception::classes::ATTRIBUTE_ERROR);
                    return if kept.is_some() { Ok(None) } else { Err(raised) };
                }
            }
        };
        Ok(Some(result).filter(|&value| value != Value::NOT_IMPLEMENTED))
    }

    /// Whether `raised` is the `TypeError` that [`Self::unsupported`] has just raised.
    fn is_unsupported(&self, raised: Raised, op: BinaryOp) -> bool {
        if !self.raised_is(raised, &crate::exception::classes::TYPE_ERROR) {
            return false;
        }
        let prefix = format!("unsupported operand type(s) for {}:", op.symbol());
        self.raised.get().cast::<crate::exception::BaseException>().is_some_and(|exception| {
            crate::exception::first_argument_text(exception)
                .is_some_and(|text| text.starts_with(&prefix))
        })
    }

    /// Raises the `TypeError` of an operator that neither operand supports.
    #[cold]
    pub fn unsupported(&self, op: BinaryOp, inplace: bool, left: Value, right: Value) -> Raised {
        let symbol = match (op, inplace) {
            (BinaryOp::Pow, true) => "**=".to_owned(),
            (_, true) => format!("{}=", op.symbol()),
            (_, false) => op.symbol().to_owned(),
        };
        let (left, right) = (self.type_name(left), self.type_name(right));
        self.type_error(format!("unsupported operand type(s) for {symbol}: '{left}' and '{right}'"))
    }

    /// `pow(base, exponent, modulus)`
    pub fn power(&mut self, base: Value, exponent: Value, modulus: Value) -> Result<Value, Raised> {
        if modulus.is_none() {
            return self.binary(BinaryOp::Pow, base, exponent);
        }
        let (class, right) = (self.class_of(base), self.class_of(exponent));
        let own = right.special(self, Special::RPow);
        let reflected = right != class && own.is_some();
        let first =
            reflected && right.is_subclass(class) && own != class.special(self, Special::RPow);
        let tries = [
            (first, exponent, Special::RPow, base),
            (true, base, Special::Pow, exponent),
            (reflected && !first, exponent, Special::RPow, base),
        ];
        for (asked, object, method, other) in tries {
            if asked
                && let Some(result) = self.call_special(object, method, &[other, modulus])?
                && result != Value::NOT_IMPLEMENTED
            {
                return Ok(result);
            }
        }
        let names = [base, exponent, modulus].map(|v| self.type_name(v));
        Err(self.type_error(format!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            names[0], names[1], names[2]
        )))
    }

    /// `op value`
    pub fn unary(&mut self, op: UnaryOp, value: Value) -> Result<Value, Raised> {
        let (special, symbol) = match op {
            UnaryOp::Neg => (Special::Neg, "unary -"),
            UnaryOp::Pos => (Special::Pos, "unary +"),
            UnaryOp::Invert => (Special::Invert, "unary ~"),
            UnaryOp::Abs => (Special::Abs, "abs()"),
        };
        match self.call_special(value, special, &[])? {
            Some(result) => Ok(result),
            None => Err(self
                .type_error(format!("bad operand type for {symbol}: '{}'", self.type_name(value)))),
        }
    }

    /// `operator.index(value)`: an `int`.
    pub fn index(&mut self, value: Value) -> Result<Value, Raised> {
        if value.is_int() {
            return Ok(value);
        }
        match self.index_or_none(value)? {
            Some(index) => Ok(index),
            None => Err(self.type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                self.type_name(value)
            ))),
        }
    }

    /// As [`Self::index`]; `None` if the value has no `__index__`.
    pub fn index_or_none(&mut self, value: Value) -> Result<Option<Value>, Raised> {
        if types::int::is_int_like(value) {
            return Ok(Some(types::int::plain(self, value)?));
        }
        let Some(result) = self.call_special(value, Special::Index, &[])? else { return Ok(None) };
        if types::int::is_int_like(result) {
            return Ok(Some(types::int::plain(self, result)?));
        }
        Err(self
            .type_error(format!("__index__ returned non-int (type {})", self.type_name(result))))
    }

    /// An index as a machine integer; `IndexError` if it does not fit.
    pub fn index_i64(&mut self, value: Value) -> Result<i64, Raised> {
        let index = self.index(value)?;
        match types::int::as_i64(index) {
            Some(index) => Ok(index),
            None => Err(self.index_error(format!(
                "cannot fit '{}' into an index-sized integer",
                self.type_name(value)
            ))),
        }
    }

    /// An index as a machine integer; `OverflowError` if it does not fit.
    pub fn index_ssize(&mut self, value: Value) -> Result<i64, Raised> {
        let index = self.index(value)?;
        match types::int::as_i64(index) {
            Some(index) => Ok(index),
            None => Err(self.overflow_error(format!(
                "cannot fit '{}' into an index-sized integer",
                self.type_name(value)
            ))),
        }
    }

    /// An index as a machine integer, limited to its range: for slices.
    pub fn index_clamped(&mut self, value: Value) -> Result<i64, Raised> {
        match self.index_or_none(value)? {
            Some(index) => Ok(types::int::as_i64(index).unwrap_or_else(|| {
                if types::int::is_negative(index) { i64::MIN } else { i64::MAX }
            })),
            None => Err(self
                .type_error("slice indices must be integers or None or have an __index__ method")),
        }
    }

    /// `float(value)` for arguments that must be numbers: floats, ints, and what has `__float__` or
    /// `__index__`.
    pub fn float_of(&mut self, value: Value) -> Result<f64, Raised> {
        self.to_f64(value)
    }
}
