//! The functions of the module, by name.

use orochi_vm::class::{Method, function};
use orochi_vm::heap::Value;

use super::real::Infinite;
use super::{c_library as c, integer, real, sum};

macro_rules! one {
    ($signature:literal, $compute:path, $infinite:ident, $expected:literal, $doc:literal) => {
        function(
            $signature,
            |th, args| real::call(th, args, |x| $compute(x), Infinite::$infinite, $expected),
            $doc,
        )
    };
}

macro_rules! two {
    ($signature:literal, $compute:path, $doc:literal) => {
        function($signature, |th, args| real::call2(th, args, |x, y| $compute(x, y)), $doc)
    };
}

pub(super) static FUNCTIONS: &[Method] = &[
    one!(
        "acos(x, /)",
        f64::acos,
        Domain,
        "a number in range from -1 up to 1",
        "Return the arc cosine (measured in radians) of x.\n\nThe result is between 0 and pi."
    ),
    one!(
        "acosh(x, /)",
        c::acosh,
        Domain,
        "argument value not less than 1",
        "Return the inverse hyperbolic cosine of x."
    ),
    one!(
        "asin(x, /)",
        f64::asin,
        Domain,
        "a number in range from -1 up to 1",
        "Return the arc sine (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."
    ),
    one!("asinh(x, /)", c::asinh, Domain, "", "Return the inverse hyperbolic sine of x."),
    one!(
        "atan(x, /)",
        f64::atan,
        Domain,
        "",
        "Return the arc tangent (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."
    ),
    two!(
        "atan2(y, x, /)",
        f64::atan2,
        "Return the arc tangent (measured in radians) of y/x.\n\nUnlike atan(y/x), the signs of both x and y are considered."
    ),
    one!(
        "atanh(x, /)",
        c::atanh,
        Domain,
        "a number between -1 and 1",
        "Return the inverse hyperbolic tangent of x."
    ),
    one!("cbrt(x, /)", f64::cbrt, Domain, "", "Return the cube root of x."),
    function(
        "ceil(x, /)",
        real::ceil,
        "Return the ceiling of x as an Integral.\n\nThis is the smallest integer >= x.",
    ),
    function(
        "comb(n, k, /)",
        integer::comb,
        "Number of ways to choose k items from n items without repetition and without order.\n\nEvaluates to n! / (k! * (n - k)!) when k <= n and evaluates\nto zero when k > n.\n\nAlso called the binomial coefficient because it is equivalent\nto the coefficient of k-th term in polynomial expansion of the\nexpression (1 + x)**n.\n\nRaises TypeError if either of the arguments are not integers.\nRaises ValueError if either of the arguments are negative.",
    ),
    two!(
        "copysign(x, y, /)",
        f64::copysign,
        "Return a float with the magnitude (absolute value) of x but the sign of y.\n\nOn platforms that support signed zeros, copysign(1.0, -0.0)\nreturns -1.0.\n"
    ),
    one!(
        "cos(x, /)",
        f64::cos,
        Domain,
        "a finite input",
        "Return the cosine of x (measured in radians)."
    ),
    one!("cosh(x, /)", f64::cosh, Range, "", "Return the hyperbolic cosine of x."),
    function(
        "degrees(x, /)",
        |th, args| Ok(Value::from_f64(th.to_f64(args[0])? * (180.0 / std::f64::consts::PI))),
        "Convert angle x from radians to degrees.",
    ),
    function(
        "dist(p, q, /)",
        sum::dist,
        "Return the Euclidean distance between two points p and q.\n\nThe points should be specified as sequences (or iterables) of\ncoordinates.  Both inputs must have the same dimension.\n\nRoughly equivalent to:\n    sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))",
    ),
    one!("erf(x, /)", c::erf, Domain, "", "Error function at x."),
    one!("erfc(x, /)", c::erfc, Domain, "", "Complementary error function at x."),
    one!("exp(x, /)", f64::exp, Range, "", "Return e raised to the power of x."),
    one!("exp2(x, /)", c::exp2, Range, "", "Return 2 raised to the power of x."),
    one!(
        "expm1(x, /)",
        f64::exp_m1,
        Range,
        "",
        "Return exp(x)-1.\n\nThis function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x."
    ),
    one!("fabs(x, /)", f64::abs, Domain, "", "Return the absolute value of the float x."),
    function("factorial(n, /)", integer::factorial, "Find n!."),
    function(
        "floor(x, /)",
        real::floor,
        "Return the floor of x as an Integral.\n\nThis is the largest integer <= x.",
    ),
    function(
        "fma(x, y, z, /)",
        real::fma,
        "Fused multiply-add operation.\n\nCompute (x * y) + z with a single round.",
    ),
    function(
        "fmod(x, y, /)",
        real::fmod,
        "Return fmod(x, y), according to platform C.\n\nx % y may differ.",
    ),
    function(
        "frexp(x, /)",
        real::frexp,
        "Return the mantissa and exponent of x, as pair (m, e).\n\nm is a float and e is an int, such that x = m * 2.**e.\nIf x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0.",
    ),
    function(
        "fsum(seq, /)",
        sum::fsum,
        "Return an accurate floating-point sum of values in the iterable seq.\n\nAssumes IEEE-754 floating-point arithmetic.",
    ),
    function("gamma(x, /)", real::gamma, "Gamma function at x."),
    function("gcd(*integers)", integer::gcd, "Greatest Common Divisor."),
    function(
        "hypot(*coordinates)",
        sum::hypot,
        "Multidimensional Euclidean distance from the origin to a point.\n\nRoughly equivalent to:\n    sqrt(sum(x**2 for x in coordinates))\n\nFor a two dimensional point (x, y), gives the hypotenuse\nusing the Pythagorean theorem:  sqrt(x*x + y*y).\n\nFor example, the hypotenuse of a 3/4/5 right triangle is:\n\n    >>> hypot(3.0, 4.0)\n    5.0\n",
    ),
    function(
        "isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
        real::isclose,
        "Determine whether two floating-point numbers are close in value.\n\n  rel_tol\n    maximum difference for being considered \"close\", relative to the\n    magnitude of the input values\n  abs_tol\n    maximum difference for being considered \"close\", regardless of the\n    magnitude of the input values\n\nReturn True if a is close in value to b, and False otherwise.\n\nFor the values to be considered close, the difference between them\nmust be smaller than at least one of the tolerances.\n\n-inf, inf and NaN behave similarly to the IEEE 754 Standard.  That\nis, NaN is not close to anything, even itself.  inf and -inf are\nonly close to themselves.",
    ),
    function(
        "isfinite(x, /)",
        |th, args| Ok(Value::from_bool(th.to_f64(args[0])?.is_finite())),
        "Return True if x is neither an infinity nor a NaN, and False otherwise.",
    ),
    function(
        "isinf(x, /)",
        |th, args| Ok(Value::from_bool(th.to_f64(args[0])?.is_infinite())),
        "Return True if x is a positive or negative infinity, and False otherwise.",
    ),
    function(
        "isnan(x, /)",
        |th, args| Ok(Value::from_bool(th.to_f64(args[0])?.is_nan())),
        "Return True if x is a NaN (not a number), and False otherwise.",
    ),
    function(
        "isqrt(n, /)",
        integer::isqrt,
        "Return the integer part of the square root of the input.",
    ),
    function("lcm(*integers)", integer::lcm, "Least Common Multiple."),
    function(
        "ldexp(x, i, /)",
        real::ldexp,
        "Return x * (2**i).\n\nThis is essentially the inverse of frexp().",
    ),
    function(
        "lgamma(x, /)",
        real::lgamma,
        "Natural logarithm of absolute value of Gamma function at x.",
    ),
    function(
        "log(x, base=<unrepresentable>, /)",
        real::log,
        "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x.",
    ),
    function(
        "log10(x, /)",
        |th, args| {
            let r = real::logarithm(th, args[0], f64::log10)?;
            Ok(Value::from_f64(r))
        },
        "Return the base 10 logarithm of x.",
    ),
    one!(
        "log1p(x, /)",
        f64::ln_1p,
        Domain,
        "argument value > -1",
        "Return the natural logarithm of 1+x (base e).\n\nThe result is computed in a way which is accurate for x near zero."
    ),
    function(
        "log2(x, /)",
        |th, args| {
            let r = real::logarithm(th, args[0], f64::log2)?;
            Ok(Value::from_f64(r))
        },
        "Return the base 2 logarithm of x.",
    ),
    function(
        "modf(x, /)",
        real::modf,
        "Return the fractional and integer parts of x.\n\nBoth results carry the sign of x and are floats.",
    ),
    function(
        "nextafter(x, y, /, *, steps=None)",
        real::nextafter,
        "Return the floating-point value the given number of steps after x towards y.\n\nIf steps is not specified or is None, it defaults to 1.\n\nRaises a TypeError, if x or y is not a double, or if steps is not an integer.\nRaises ValueError if steps is negative.",
    ),
    function(
        "perm(n, k=None, /)",
        integer::perm,
        "Number of ways to choose k items from n items without repetition and with order.\n\nEvaluates to n! / (n - k)! when k <= n and evaluates\nto zero when k > n.\n\nIf k is not specified or is None, then k defaults to n\nand the function returns n!.\n\nRaises TypeError if either of the arguments are not integers.\nRaises ValueError if either of the arguments are negative.",
    ),
    function("pow(x, y, /)", real::pow, "Return x**y (x to the power of y)."),
    function(
        "prod(iterable, /, *, start=1)",
        sum::prod,
        "Calculate the product of all the elements in the input iterable.\n\nThe default start value for the product is 1.\n\nWhen the iterable is empty, return the start value.  This function is\nintended specifically for use with numeric values and may reject\nnon-numeric types.",
    ),
    function(
        "radians(x, /)",
        |th, args| Ok(Value::from_f64(th.to_f64(args[0])? * (std::f64::consts::PI / 180.0))),
        "Convert angle x from degrees to radians.",
    ),
    two!(
        "remainder(x, y, /)",
        c::remainder,
        "Difference between x and the closest integer multiple of y.\n\nReturn x - n*y where n*y is the closest integer multiple of y.\nIn the case where x is exactly halfway between two multiples of\ny, the nearest even value of n is used. The result is always exact."
    ),
    one!(
        "sin(x, /)",
        f64::sin,
        Domain,
        "a finite input",
        "Return the sine of x (measured in radians)."
    ),
    one!("sinh(x, /)", f64::sinh, Range, "", "Return the hyperbolic sine of x."),
    one!("sqrt(x, /)", f64::sqrt, Domain, "a nonnegative input", "Return the square root of x."),
    function(
        "sumprod(p, q, /)",
        sum::sumprod,
        "Return the sum of products of values from two iterables p and q.\n\nRoughly equivalent to:\n\n    sum(map(operator.mul, p, q, strict=True))\n\nFor float and mixed int/float inputs, the intermediate products\nand sums are computed with extended precision.",
    ),
    one!(
        "tan(x, /)",
        f64::tan,
        Domain,
        "a finite input",
        "Return the tangent of x (measured in radians)."
    ),
    one!("tanh(x, /)", f64::tanh, Domain, "", "Return the hyperbolic tangent of x."),
    function(
        "trunc(x, /)",
        real::trunc,
        "Truncates the Real x to the nearest Integral toward 0.\n\nUses the __trunc__ magic method.",
    ),
    function(
        "ulp(x, /)",
        |th, args| Ok(Value::from_f64(real::ulp(th.to_f64(args[0])?))),
        "Return the value of the least significant bit of the float x.",
    ),
];
