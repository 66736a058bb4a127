//! SQLite's own way to the disk, with a [`Disk`] that is told of every write and every sync.
//!
//! It is the default way of this test's process, so that `History` opens files through it without knowing. Everything is
//! passed on to the operating system's real one; see "The SQLite OS Interface or VFS" in SQLite's documentation.

#![allow(
    unsafe_code,
    reason = "SQLite's file interface is a table of C functions: there is no safe way to stand in it"
)]

use crate::disk::{Disk, Left};
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rusqlite::ffi;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What is told of one folder.
pub struct Bench {
    disk: Disk,
    random: ChaCha8Rng,
    /// How often, at each call, it is noted what a power cut would leave.
    often: f64,
    /// How many answers had been given; the test counts them up.
    answered: usize,
    /// Whether `synchronous` is turned off behind everybody's back.
    never_synced: bool,
    cuts: Vec<Cut>,
    syncs: usize,
}

/// What a power cut would have left at one moment.
pub struct Cut {
    /// How many entries had been answered `Ok` before it.
    pub answered: usize,
    /// The files.
    pub left: Left,
}

fn benches() -> MutexGuard<'static, BTreeMap<String, Bench>> {
    static ALL: Mutex<BTreeMap<String, Bench>> = Mutex::new(BTreeMap::new());
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches a folder from now on. `often` is the chance of a power cut before and after each write and sync.
pub fn watch(folder: &Path, seed: u64, often: f64, never_synced: bool) {
    register();
    let bench = Bench {
        disk: Disk::default(),
        random: ChaCha8Rng::seed_from_u64(seed),
        often,
        answered: 0,
        never_synced,
        cuts: Vec::new(),
        syncs: 0,
    };
    benches().insert(folder.display().to_string(), bench);
}

/// One more entry was answered `Ok`.
pub fn answered(folder: &Path) {
    if let Some(bench) = benches().get_mut(&folder.display().to_string()) {
        bench.answered += 1;
    }
}

/// Ends watching. Answers what every cut left, and how often something was synced.
pub fn end(folder: &Path) -> (Vec<Cut>, usize) {
    let bench = benches().remove(&folder.display().to_string()).unwrap();
    (bench.cuts, bench.syncs)
}

impl Bench {
    fn perhaps_cut(&mut self) {
        if self.random.random_bool(self.often) {
            let left = self.disk.cut(&mut self.random);
            self.cuts.push(Cut {
                answered: self.answered,
                left,
            });
        }
    }
}

/// Tells the bench of a file's folder, if there is one, of something that `then` does between two possible cuts.
fn tell<T>(path: &str, then: impl FnOnce() -> T, note: impl FnOnce(&mut Bench, &str, &T)) -> T {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // Held over the call: what is noted is in the order in which it happened.
    let mut all = benches();
    let Some(bench) = all.get_mut(folder) else {
        drop(all);
        return then();
    };
    bench.perhaps_cut();
    let done = then();
    note(bench, name, &done);
    bench.perhaps_cut();
    done
}

/// A file as SQLite sees it. The real one lies right behind it in the same allocation.
#[repr(C)]
struct Shim {
    base: ffi::sqlite3_file,
    /// Owned; null for a file that nobody is told of.
    path: *mut String,
}

const REAL_AT: usize = size_of::<Shim>().next_multiple_of(16);

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<u8>().add(REAL_AT).cast() }
}

unsafe fn path_of<'a>(file: *mut ffi::sqlite3_file) -> &'a str {
    let path = unsafe { (*file.cast::<Shim>()).path };
    if path.is_null() {
        ""
    } else {
        unsafe { (*path).as_str() }
    }
}

/// Calls a function of the real file.
macro_rules! pass {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let real = unsafe { real($file) };
        // A method that SQLite calls on ours is there on the real one: both have the same version.
        unsafe { ((*(*real).pMethods).$method.unwrap())(real $(, $argument)*) }
    }};
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let done = pass!(file, xClose);
    let shim = file.cast::<Shim>();
    unsafe {
        if !(*shim).path.is_null() {
            drop(Box::from_raw((*shim).path));
            (*shim).path = std::ptr::null_mut();
        }
    }
    done
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, at: i64) -> c_int {
    pass!(file, xRead, to, count, at)
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    count: c_int,
    at: i64,
) -> c_int {
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(count).unwrap()) };
    tell(
        unsafe { path_of(file) },
        || pass!(file, xWrite, from, count, at),
        |bench, name, _| bench.disk.written(name, usize::try_from(at).unwrap(), bytes),
    )
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    tell(
        unsafe { path_of(file) },
        || pass!(file, xTruncate, length),
        |bench, name, _| bench.disk.truncated(name, usize::try_from(length).unwrap()),
    )
}

/// The real disk is not made to sync: what is durable is the bench's to say, and hundreds of real syncs take minutes.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    tell(
        unsafe { path_of(file) },
        || ffi::SQLITE_OK,
        |bench, name, _| {
            bench.syncs += 1;
            bench.disk.synced(name);
        },
    )
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    pass!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, answer: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, answer)
}

unsafe extern "C" fn control(file: *mut ffi::sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    if what == ffi::SQLITE_FCNTL_PRAGMA {
        let folder = unsafe { path_of(file) }
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        if benches().get(folder).is_some_and(|bench| bench.never_synced) {
            unsafe { turn_off(argument.cast()) };
        }
    }
    pass!(file, xFileControl, what, argument)
}

/// Makes `PRAGMA synchronous = …` say OFF, in the place where SQLite will read it.
unsafe fn turn_off(words: *mut *mut c_char) {
    unsafe {
        let (name, value) = (*words.add(1), *words.add(2));
        if !value.is_null()
            && CStr::from_ptr(name)
                .to_bytes()
                .eq_ignore_ascii_case(b"synchronous")
        {
            // Shorter than or as long as what stands there: FULL, NORMAL.
            assert!(CStr::from_ptr(value).count_bytes() >= 3);
            std::ptr::copy_nonoverlapping(c"OFF".as_ptr(), value, 4);
        }
    }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    to: *mut *mut c_void,
) -> c_int {
    pass!(file, xShmMap, page, size, extend, to)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    pass!(file, xShmLock, offset, n, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    pass!(file, xShmBarrier)
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    pass!(file, xShmUnmap, delete)
}

/// Version 2: without memory-mapped reads, which `History` does not use.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The operating system's way, to which everything is passed on.
fn below() -> *mut ffi::sqlite3_vfs {
    static BELOW: OnceLock<usize> = OnceLock::new();
    let found = BELOW.get_or_init(|| unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) } as usize);
    *found as *mut ffi::sqlite3_vfs
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let shim = file.cast::<Shim>();
        (*shim).base.pMethods = std::ptr::null();
        (*shim).path = std::ptr::null_mut();
        let done = ((*below()).xOpen.unwrap())(below(), name, real(file), flags, out);
        if (*real(file)).pMethods.is_null() {
            return done;
        }
        (*shim).base.pMethods = &METHODS;
        if !name.is_null() {
            let path = CStr::from_ptr(name).to_string_lossy().into_owned();
            tell(&path, || (), |bench, name, ()| bench.disk.opened(name));
            (*shim).path = Box::into_raw(Box::new(path));
        }
        done
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    unsafe {
        let path = CStr::from_ptr(name).to_string_lossy().into_owned();
        tell(
            &path,
            || ((*below()).xDelete.unwrap())(below(), name, sync_folder),
            |bench, name, done| {
                if *done == ffi::SQLITE_OK {
                    bench.disk.removed(name, sync_folder != 0);
                }
            },
        )
    }
}

/// Puts itself in the way of everything that this process opens from now on.
fn register() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let mut vfs = *below();
        vfs.szOsFile += c_int::try_from(REAL_AT).unwrap();
        vfs.zName = c"power-cut".as_ptr();
        vfs.pNext = std::ptr::null_mut();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        // The rest of the table is the real one's: those functions do not look at which table they were found in.
        assert_eq!(
            ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 1),
            ffi::SQLITE_OK
        );
    });
}
