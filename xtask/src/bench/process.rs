//! What the kernel says of a process, from Linux' `/proc`.

use std::fs;

/// `/proc` counts CPU time in hundredths of a second on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time in seconds.
pub(super) fn cpu_seconds(process: u32) -> Option<f64> {
    cpu_of(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// Resident memory in MB, now and at its highest.
pub(super) fn memory(process: u32) -> Option<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    Some((megabytes(&status, "VmRSS:")?, megabytes(&status, "VmHWM:")?))
}

/// Makes what it has now the highest so far.
pub(super) fn forget_highest(process: u32) -> std::io::Result<()> {
    fs::write(format!("/proc/{process}/clear_refs"), "5")
}

/// Open descriptors.
pub(super) fn descriptors(process: u32) -> Option<usize> {
    Some(fs::read_dir(format!("/proc/{process}/fd")).ok()?.count())
}

/// How many descriptors this process may open, and those that it starts.
pub(super) fn most_descriptors() -> Option<u64> {
    most_of(&fs::read_to_string("/proc/self/limits").ok()?)
}

fn cpu_of(stat: &str) -> Option<f64> {
    // The program's name, in parentheses, may hold spaces: count the fields after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}

fn megabytes(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes * 1_024.0 / 1e6)
}

fn most_of(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_any_name() {
        let stat = "4242 (a (b) c) S 1 4242 4242 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 9 0 100 200 300";
        assert_eq!(cpu_of(stat), Some(2.0));
        assert_eq!(cpu_of("4242 (x) S 1"), None);
    }

    #[test]
    fn memory_is_in_megabytes() {
        let status = "Name:\tdrawbridge\nVmHWM:\t   50000 kB\nVmRSS:\t   31250 kB\n";
        assert_eq!((megabytes(status, "VmRSS:"), megabytes(status, "VmHWM:")), (Some(32.0), Some(51.2)));
        assert_eq!(megabytes(status, "VmSwap:"), None);
    }

    #[test]
    fn the_soft_limit_counts() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(most_of(limits), Some(1024));
    }

    #[test]
    fn this_very_process_can_be_read() {
        let process = std::process::id();
        assert!(cpu_seconds(process).is_some_and(|seconds| seconds >= 0.0));
        assert!(memory(process).is_some_and(|(now, most)| now > 0.0 && most >= now));
        let room = std::hint::black_box(vec![1_u8; 64 << 20]);
        drop(room);
        let (_, before) = memory(process).expect("running");
        forget_highest(process).expect("our own");
        assert!(memory(process).is_some_and(|(_, most)| most < before));
        assert!(descriptors(process).is_some_and(|open| open > 2));
        assert!(most_descriptors().is_some_and(|most| most > 2));
    }
}
