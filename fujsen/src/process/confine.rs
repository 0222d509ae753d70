//! What the kernel enforces on a process from its first instruction on.
use std::{
    collections::BTreeMap,
    io,
    os::fd::{AsRawFd, OwnedFd},
    path::PathBuf,
    time::Duration,
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use rustix::{
    fs::Mode,
    process::{
        Pid, Resource, Rlimit, Signal, getpid, getppid, getrlimit, set_parent_process_death_signal, setrlimit, setsid,
        umask,
    },
};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use crate::limits;

/// The newest that is known; of older kernels, all that they have.
const NEWEST: ABI = ABI::V8;

/// All that a child needs to confine itself, prepared before the fork: between fork and exec it may only call the kernel.
#[derive(Debug)]
pub(super) struct Confinement {
    /// None where the kernel has no Landlock.
    ruleset: Option<OwnedFd>,
    /// None where this program knows no system calls of the processor.
    filter: Option<BpfProgram>,
    /// Each with its soft and its hard limit.
    limits: [(Resource, u64, u64); 5],
    parent: Pid,
}

impl Confinement {
    /// What is not there is skipped: machines differ in where their libraries are.
    pub(super) fn new(reads: &[PathBuf], writes: &[PathBuf], cpu: Duration) -> io::Result<Self> {
        Ok(Self {
            ruleset: ruleset(reads, writes).map_err(io::Error::other)?,
            filter: filter(),
            limits: [
                (Resource::Core, 0, 0),
                // The soft limit's signal tells why; the hard one's does not.
                (Resource::Cpu, cpu.as_secs(), cpu.as_secs() + 5),
                (Resource::Data, limits::COMPILER_MEMORY, limits::COMPILER_MEMORY),
                (Resource::Fsize, limits::COMPILER_FILE, limits::COMPILER_FILE),
                // Not RLIMIT_NPROC: it counts all processes of the user, the service's own and other services'.
                (
                    Resource::Nofile,
                    limits::COMPILER_DESCRIPTORS,
                    limits::COMPILER_DESCRIPTORS,
                ),
            ],
            parent: getpid(),
        })
    }

    /// What the kernel does not enforce.
    pub(super) fn lacks(&self) -> Vec<&'static str> {
        let files = self.ruleset.is_none().then_some("files (Landlock)");
        let network = self.filter.is_none().then_some("the network (seccomp)");
        files.into_iter().chain(network).collect()
    }

    /// Confines the calling process, for good and with all that it starts.
    ///
    /// Called between fork and exec, where other threads' locks are held for ever: calls the kernel only, allocates
    /// nothing and takes no lock.
    #[expect(unsafe_code, reason = "system calls that no library offers without an allocation")]
    pub(super) fn enter(&self) -> io::Result<()> {
        // A session and a process group of its own: signals of a terminal do not reach it, and one kill ends all of it.
        let _ = setsid();
        // It does not outlive the thread that waits for it.
        set_parent_process_death_signal(Some(Signal::KILL))?;
        if getppid() != Some(self.parent) {
            // The parent died before it could be told.
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        umask(Mode::RWXG | Mode::RWXO);
        for (resource, soft, hard) in self.limits {
            limit_to(resource, soft, hard)?;
        }
        // SAFETY: plain system calls with integers.
        unsafe {
            // An inherited descriptor would be a hole. Kernels without this call have only what this program marked itself.
            libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
            check(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))?;
            if let Some(ruleset) = &self.ruleset {
                check(libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0))?;
            }
        }
        match &self.filter {
            // One `prctl` and one `seccomp`. Its errors hold an error number and nothing on the heap.
            Some(filter) => seccompiler::apply_filter(filter).map_err(|_| io::Error::last_os_error()),
            None => Ok(()),
        }
    }
}

fn check<T: Into<i64>>(result: T) -> io::Result<()> {
    if result.into() == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Lowers a limit; one that is lower already stays.
fn limit_to(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let now = getrlimit(resource);
    let maximum = now.maximum.map_or(hard, |maximum| maximum.min(hard));
    let current = now.current.map_or(soft, |current| current.min(soft)).min(maximum);
    let limit = Rlimit {
        current: Some(current),
        maximum: Some(maximum),
    };
    Ok(setrlimit(resource, limit)?)
}

/// Files by path; no TCP; no abstract sockets of others, no signals to others.
fn ruleset(reads: &[PathBuf], writes: &[PathBuf]) -> Result<Option<OwnedFd>, RulesetError> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(reads, AccessFs::from_read(NEWEST)))?
        .add_rules(path_beneath_rules(writes, AccessFs::from_all(NEWEST)))?;
    Ok(ruleset.into())
}

/// What no compiler calls. Sockets first: Landlock knows TCP alone, and a ring of the kernel opens sockets, too. Then what
/// leaves the group, which is watched and killed as one, and memory that no process has.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_memfd_create,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_shmget,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
];
/// x86-64 has all calls a second time, with this bit.
const X32: libc::c_long = 0x4000_0000;

/// Refuses with "permission denied", so that a tool that tries without need goes on.
fn filter() -> Option<BpfProgram> {
    let arch = std::env::consts::ARCH.try_into().ok()?;
    let twins = REFUSED
        .iter()
        .filter(|_| cfg!(target_arch = "x86_64"))
        .map(|call| call | X32);
    let mut rules: BTreeMap<_, _> = REFUSED
        .iter()
        .copied()
        .chain(twins)
        .map(|call| (call, Vec::new()))
        .collect();
    rules.insert(libc::SYS_socketpair, pairs().ok()?);
    if cfg!(target_arch = "x86_64") {
        rules.insert(libc::SYS_socketpair | X32, Vec::new());
    }
    let refuse = SeccompAction::Errno(libc::EACCES.cast_unsigned());
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)
        .ok()?
        .try_into()
        .ok()
}

/// Pairs of sockets that send to other paths, too. Rust starts processes with the kinds that know each other only.
fn pairs() -> Result<Vec<SeccompRule>, BackendError> {
    let when = |argument, operator, value: libc::c_int| {
        let condition = SeccompCondition::new(
            argument,
            SeccompCmpArgLen::Dword,
            operator,
            u64::from(value.unsigned_abs()),
        )?;
        SeccompRule::new(vec![condition])
    };
    let kind = || SeccompCmpOp::MaskedEq(0xf);
    Ok(vec![
        when(0, SeccompCmpOp::Ne, libc::AF_UNIX)?,
        when(1, kind(), libc::SOCK_DGRAM)?,
        when(1, kind(), libc::SOCK_RAW)?,
    ])
}
