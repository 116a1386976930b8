//! Special method names, numbered, so that a class can keep what each means in a table.

macro_rules! specials {
    ($($variant:ident = $name:literal,)*) => {
        /// A special method that the runtime itself looks up, on the class.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "each is the Python name without underscores")]
        pub enum Special { $($variant,)* }

        impl Special {
            /// All of them, in order.
            pub const ALL: &'static [Special] = &[$(Special::$variant,)*];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The Python name.
            pub const fn name(self) -> &'static str {
                match self { $(Special::$variant => $name,)* }
            }

            /// The special method called `name`.
            pub fn from_name(name: &str) -> Option<Special> {
                match name { $($name => Some(Special::$variant),)* _ => None }
            }
        }
    };
}

specials! {
    New = "__new__", Init = "__init__", Del = "__del__", Call = "__call__",
    Repr = "__repr__", Str = "__str__", Bytes = "__bytes__", Format = "__format__",
    Hash = "__hash__", Bool = "__bool__", Len = "__len__", LengthHint = "__length_hint__",
    Lt = "__lt__", Le = "__le__", Eq = "__eq__", Ne = "__ne__", Gt = "__gt__", Ge = "__ge__",
    GetAttribute = "__getattribute__", GetAttr = "__getattr__", SetAttr = "__setattr__",
    DelAttr = "__delattr__", Dir = "__dir__",
    Get = "__get__", Set = "__set__", Delete = "__delete__", SetName = "__set_name__",
    GetItem = "__getitem__", SetItem = "__setitem__", DelItem = "__delitem__",
    Missing = "__missing__", Contains = "__contains__", Iter = "__iter__", Next = "__next__",
    Reversed = "__reversed__", ClassGetItem = "__class_getitem__",
    Add = "__add__", RAdd = "__radd__", IAdd = "__iadd__",
    Sub = "__sub__", RSub = "__rsub__", ISub = "__isub__",
    Mul = "__mul__", RMul = "__rmul__", IMul = "__imul__",
    MatMul = "__matmul__", RMatMul = "__rmatmul__", IMatMul = "__imatmul__",
    TrueDiv = "__truediv__", RTrueDiv = "__rtruediv__", ITrueDiv = "__itruediv__",
    FloorDiv = "__floordiv__", RFloorDiv = "__rfloordiv__", IFloorDiv = "__ifloordiv__",
    Mod = "__mod__", RMod = "__rmod__", IMod = "__imod__",
    DivMod = "__divmod__", RDivMod = "__rdivmod__",
    Pow = "__pow__", RPow = "__rpow__", IPow = "__ipow__",
    LShift = "__lshift__", RLShift = "__rlshift__", ILShift = "__ilshift__",
    RShift = "__rshift__", RRShift = "__rrshift__", IRShift = "__irshift__",
    And = "__and__", RAnd = "__rand__", IAnd = "__iand__",
    Or = "__or__", ROr = "__ror__", IOr = "__ior__",
    Xor = "__xor__", RXor = "__rxor__", IXor = "__ixor__",
    Neg = "__neg__", Pos = "__pos__", Abs = "__abs__", Invert = "__invert__",
    Int = "__int__", Float = "__float__", Complex = "__complex__", Index = "__index__",
    Round = "__round__", Trunc = "__trunc__", Floor = "__floor__", Ceil = "__ceil__",
    Enter = "__enter__", Exit = "__exit__", AEnter = "__aenter__", AExit = "__aexit__",
    Await = "__await__", AIter = "__aiter__", ANext = "__anext__",
    InstanceCheck = "__instancecheck__", SubclassCheck = "__subclasscheck__",
    InitSubclass = "__init_subclass__", Prepare = "__prepare__", MroEntries = "__mro_entries__",
    FsPath = "__fspath__", Buffer = "__buffer__", ReleaseBuffer = "__release_buffer__",
    Reduce = "__reduce__", ReduceEx = "__reduce_ex__", SizeOf = "__sizeof__",
}
