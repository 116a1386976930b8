//! Memory for generated code: one `memfd` mapped twice, readable and writable here, readable and
//! executable there. Nothing is ever both, and publishing code is plain stores plus handing out an
//! address; x86-64 keeps its instruction cache coherent.

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa, TargetFrontendConfig};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context, ir::Function};
use std::io;

/// A bounded piece of code memory that is filled from the front.
pub struct Arena {
    writable: *mut u8,
    executable: *const u8,
    size: usize,
    used: usize,
}

impl Arena {
    pub fn new(size: usize) -> io::Result<Arena> {
        // SAFETY: plain system calls; both mappings cover the whole file and stay to the end.
        unsafe {
            let file = libc::memfd_create(c"code".as_ptr(), libc::MFD_CLOEXEC);
            if file < 0 || libc::ftruncate(file, size as libc::off_t) != 0 {
                return Err(io::Error::last_os_error());
            }
            let map = |protection| {
                libc::mmap(std::ptr::null_mut(), size, protection, libc::MAP_SHARED, file, 0)
            };
            let writable = map(libc::PROT_READ | libc::PROT_WRITE);
            let executable = map(libc::PROT_READ | libc::PROT_EXEC);
            libc::close(file);
            if writable == libc::MAP_FAILED || executable == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            Ok(Arena { writable: writable.cast(), executable: executable.cast(), size, used: 0 })
        }
    }

    /// Copies position-independent code in, and says where it can be run.
    pub fn publish(&mut self, code: &[u8]) -> io::Result<*const u8> {
        let start = self.used.next_multiple_of(64);
        if start + code.len() > self.size {
            return Err(io::Error::from(io::ErrorKind::OutOfMemory));
        }
        self.used = start + code.len();
        // SAFETY: the range was just found to lie in the arena, and nobody else writes there.
        unsafe {
            std::ptr::copy_nonoverlapping(code.as_ptr(), self.writable.add(start), code.len());
            Ok(self.executable.add(start))
        }
    }

    /// Bytes handed out so far.
    pub fn used(&self) -> usize {
        self.used
    }
}

/// What the frontend wants to know about the host.
pub const FRONTEND: TargetFrontendConfig = TargetFrontendConfig {
    default_call_conv: CallConv::SystemV,
    pointer_width: target_lexicon::PointerWidth::U64,
    page_size_align_log2: 12,
};

/// The host's instruction set with the settings that tail calls need.
pub fn host_isa(opt_level: &str, allocator: &str) -> Result<OwnedTargetIsa, String> {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", allocator),
        ("preserve_frame_pointers", "true"),
        ("enable_verifier", "false"),
        ("unwind_info", "false"),
    ] {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let isa = cranelift_codegen::isa::lookup(target_lexicon::Triple::host())
        .map_err(|error| error.to_string())?;
    isa.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())
}

/// Compiles `function`, which must not need relocations, and publishes it.
pub fn compile(
    isa: &OwnedTargetIsa,
    arena: &mut Arena,
    function: Function,
) -> Result<*const u8, String> {
    let mut context = Context::for_function(function);
    let compiled = context
        .compile(&**isa, &mut ControlPlane::default())
        .map_err(|error| format!("{:?}", error.inner))?;
    if !compiled.buffer.relocs().is_empty() {
        return Err("code with relocations".to_string());
    }
    arena.publish(compiled.code_buffer()).map_err(|error| error.to_string())
}
