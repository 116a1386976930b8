//! Values of CPython with `PYTHONHASHSEED=0` where a key is involved.

use super::*;
use crate::Text;
