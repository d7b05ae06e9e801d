/**
 * The system calls that a RUN may make, by what they are for. A name that the runtime's libseccomp does not know is
 * skipped by it; calls of other architectures only (such as the 32-bit twins) are listed with their kin.
 * https://man7.org/linux/man-pages/man2/syscalls.2.html
 */
export const allowed: Readonly<Record<string, readonly string[]>> = {
	files: words(`
		open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2
		lseek _llseek dup dup2 dup3 fcntl fcntl64 ioctl flock access faccessat faccessat2 stat stat64 lstat lstat64 fstat
		fstat64 fstatat64 newfstatat oldstat oldlstat oldfstat statx statfs statfs64 fstatfs fstatfs64 ustat truncate
		truncate64 ftruncate ftruncate64 fallocate fadvise64 fadvise64_64 arm_fadvise64_64 readahead copy_file_range sendfile
		sendfile64 splice tee vmsplice sync syncfs fsync fdatasync sync_file_range sync_file_range2 arm_sync_file_range
		cachestat umask name_to_handle_at`),
	names: words(`
		getcwd chdir fchdir chroot mkdir mkdirat rmdir readdir getdents getdents64 link linkat unlink unlinkat symlink symlinkat
		readlink readlinkat rename renameat renameat2 mknod mknodat chmod fchmod fchmodat fchmodat2 chown chown32 fchown
		fchown32 lchown lchown32 fchownat utime utimes futimesat utimensat utimensat_time64 getxattr lgetxattr fgetxattr
		getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr listxattrat removexattr
		lremovexattr fremovexattr removexattrat file_getattr file_setattr inotify_init inotify_init1 inotify_add_watch
		inotify_rm_watch fanotify_mark statmount listmount`),
	waiting: words(`
		select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old
		epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_gettime
		timerfd_gettime64 timerfd_settime timerfd_settime64 io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
		io_pgetevents_time64 pause restart_syscall`),
	memory: words(`
		brk mmap mmap2 munmap mremap mprotect madvise process_madvise mincore msync mlock mlock2 mlockall munlock munlockall
		remap_file_pages memfd_create memfd_secret pkey_alloc pkey_free pkey_mprotect membarrier mseal map_shadow_stack
		shmat shmctl shmdt shmget`),
	processes: words(`
		fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid getpgid getpgrp setpgid getsid
		setsid getpriority setpriority nice ioprio_get ioprio_set prctl arch_prctl modify_ldt get_thread_area
		set_thread_area set_tid_address set_robust_list get_robust_list rseq futex futex_time64 futex_waitv futex_wait
		futex_wake futex_requeue kill tkill tgkill pidfd_open pidfd_send_signal pidfd_getfd ptrace process_vm_readv
		process_vm_writev process_mrelease kcmp getrusage getrlimit ugetrlimit setrlimit prlimit64 times getcpu sched_yield
		sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler sched_setscheduler
		sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval
		sched_rr_get_interval_time64 seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
		lsm_get_self_attr lsm_set_self_attr lsm_list_modules`),
	signals: words(`
		signal sigaction sigpending sigprocmask sigreturn sigsuspend sigaltstack rt_sigaction rt_sigpending rt_sigprocmask
		rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo alarm getitimer
		setitimer`),
	identity: words(`
		getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
		getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid
		setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset`),
	sockets: words(`
		socket socketcall socketpair bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt send
		sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 shutdown pipe pipe2`),
	messages: words(`
		ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 mq_open mq_unlink mq_notify
		mq_getsetattr mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64`),
	time: words(`
		time stime gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
		clock_nanosleep_time64 nanosleep timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
		timer_settime timer_settime64 adjtimex clock_adjtime clock_adjtime64`),
	machine: words(
		'uname sysinfo getrandom cacheflush breakpoint set_tls riscv_flush_icache swapcontext s390_runtime_instr',
	),
};

/** Calls that need a privilege that no RUN has: answered EPERM, as without a filter. All others, known or yet to come, are ENOSYS. */
export const refused: readonly string[] = words(`
	acct add_key bpf clock_settime clock_settime64 create_module delete_module fanotify_init finit_module fsconfig fsmount
	fsopen fspick get_kernel_syms get_mempolicy init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl
	kexec_file_load kexec_load keyctl lookup_dcookie mbind migrate_pages mount mount_setattr move_mount move_pages nfsservctl
	open_by_handle_at open_tree perf_event_open pivot_root query_module quotactl quotactl_fd reboot request_key
	set_mempolicy set_mempolicy_home_node setdomainname sethostname setns settimeofday swapoff swapon _sysctl sysfs syslog umount
	umount2 unshare uselib userfaultfd vhangup vm86 vm86old`);

/** Calls that change an owner or the identity of the process: with a single id they could only fail. */
export const ownership: readonly string[] = words(`
	chown chown32 fchown fchown32 lchown lchown32 fchownat setuid setuid32 setgid setgid32 setreuid setreuid32 setregid
	setregid32 setresuid setresuid32 setresgid setresgid32 setgroups setgroups32`);

function words(text: string): readonly string[] {
	return text.trim().split(/\s+/);
}
