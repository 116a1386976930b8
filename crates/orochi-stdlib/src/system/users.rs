//! The databases of users and groups.

use std::ffi::CStr;
use std::mem::MaybeUninit;

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// Name, password, real name, home folder, shell.
    pub texts: [Vec<u8>; 5],
    /// User id.
    pub user: u32,
    /// Group id.
    pub group: u32,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Name.
    pub name: Vec<u8>,
    /// Password.
    pub password: Vec<u8>,
    /// Group id.
    pub id: u32,
    /// Names of members.
    pub members: Vec<Vec<u8>>,
}

/// # Safety
/// Null, or a C string.
unsafe fn bytes(text: *const libc::c_char) -> Vec<u8> {
    // SAFETY: the caller's promise.
    if text.is_null() { Vec::new() } else { unsafe { CStr::from_ptr(text) }.to_bytes().to_vec() }
}

/// # Safety
/// As the C library filled it.
unsafe fn user(entry: &libc::passwd) -> User {
    // SAFETY: the fields are C strings.
    unsafe {
        User {
            texts: [
                bytes(entry.pw_name),
                bytes(entry.pw_passwd),
                bytes(entry.pw_gecos),
                bytes(entry.pw_dir),
                bytes(entry.pw_shell),
            ],
            user: entry.pw_uid,
            group: entry.pw_gid,
        }
    }
}

/// # Safety
/// As the C library filled it.
unsafe fn group(entry: &libc::group) -> Group {
    // SAFETY: C strings, and a null-terminated array of them.
    unsafe {
        let mut members = Vec::new();
        let mut at = entry.gr_mem;
        while !at.is_null() && !(*at).is_null() {
            members.push(bytes(*at));
            at = at.add(1);
        }
        Group {
            name: bytes(entry.gr_name),
            password: bytes(entry.gr_passwd),
            id: entry.gr_gid,
            members,
        }
    }
}

/// Calls with larger and larger buffers.
fn look_up<T, R>(
    mut call: impl FnMut(*mut T, *mut libc::c_char, usize, *mut *mut T) -> i32,
    read: impl Fn(&T) -> R,
) -> Result<Option<R>, i32> {
    let mut size = 4096;
    loop {
        let mut buffer = vec![0 as libc::c_char; size];
        let mut entry = MaybeUninit::<T>::uninit();
        let mut found = std::ptr::null_mut();
        match call(entry.as_mut_ptr(), buffer.as_mut_ptr(), size, &mut found) {
            libc::ERANGE if size < 1 << 20 => size *= 4,
            0 | libc::ENOENT | libc::ESRCH if found.is_null() => return Ok(None),
            // SAFETY: found, hence filled.
            0 => return Ok(Some(read(unsafe { entry.assume_init_ref() }))),
            errno => return Err(errno),
        }
    }
}

/// The user of that name.
pub fn user_by_name(name: &CStr) -> Result<Option<User>, i32> {
    // SAFETY: buffers as `look_up` gives them; entries that the call has filled.
    look_up(
        |e, b, s, f| unsafe { libc::getpwnam_r(name.as_ptr(), e, b, s, f) },
        |e| unsafe { user(e) },
    )
}

/// The user with that id.
pub fn user_by_id(id: u32) -> Result<Option<User>, i32> {
    // SAFETY: as above.
    look_up(|e, b, s, f| unsafe { libc::getpwuid_r(id, e, b, s, f) }, |e| unsafe { user(e) })
}

/// The group of that name.
pub fn group_by_name(name: &CStr) -> Result<Option<Group>, i32> {
    // SAFETY: as above.
    look_up(
        |e, b, s, f| unsafe { libc::getgrnam_r(name.as_ptr(), e, b, s, f) },
        |e| unsafe { group(e) },
    )
}

/// The group with that id.
pub fn group_by_id(id: u32) -> Result<Option<Group>, i32> {
    // SAFETY: as above.
    look_up(|e, b, s, f| unsafe { libc::getgrgid_r(id, e, b, s, f) }, |e| unsafe { group(e) })
}

/// The databases are walked by one thread at a time.
static WALK: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// All users.
pub fn all_users() -> Vec<User> {
    let _walk = WALK.lock().unwrap_or_else(|e| e.into_inner());
    let mut all = Vec::new();
    // SAFETY: one walk at a time; each entry is read before the next is asked for.
    unsafe {
        libc::setpwent();
        loop {
            let entry = libc::getpwent();
            match entry.as_ref() {
                Some(entry) => all.push(user(entry)),
                None => break,
            }
        }
        libc::endpwent();
    }
    all
}

/// All groups.
pub fn all_groups() -> Vec<Group> {
    let _walk = WALK.lock().unwrap_or_else(|e| e.into_inner());
    let mut all = Vec::new();
    // SAFETY: as above.
    unsafe {
        libc::setgrent();
        loop {
            let entry = libc::getgrent();
            match entry.as_ref() {
                Some(entry) => all.push(group(entry)),
                None => break,
            }
        }
        libc::endgrent();
    }
    all
}

/// The name of the user of the terminal.
pub fn login() -> Result<Vec<u8>, i32> {
    let mut buffer = [0 as libc::c_char; 256];
    // SAFETY: the buffer is as long as said, and then a C string.
    unsafe {
        match getlogin_r(buffer.as_mut_ptr(), buffer.len()) {
            0 => Ok(bytes(buffer.as_ptr())),
            errno => Err(errno),
        }
    }
}

unsafe extern "C" {
    fn getlogin_r(buffer: *mut libc::c_char, size: libc::size_t) -> libc::c_int;
}
