//! The `drawbridge` binary.

/// Calls make and drop many small things on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    #[cfg(target_os = "linux")]
    {
        use_small_pages();
        use_all_descriptors();
    }
    server::cli::main()
}

/// Connections need files. The limit that a shell sets by default is for programs that cannot count beyond it.
#[cfg(target_os = "linux")]
fn use_all_descriptors() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // As many as there were will do.
    let _ = setrlimit(Resource::Nofile, limit);
}

/// Pages of 2 MiB would double what an idle program holds, and gain nothing for many small things.
#[cfg(target_os = "linux")]
fn use_small_pages() {
    // A kernel that cannot switch them off has none.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
