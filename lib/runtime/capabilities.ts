/** What root of a container has in docker, and so in a RUN. */
export const defaultCapabilities = caps(`CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP
	NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE`);

/** What `--security=insecure` adds, up to CAP_CHECKPOINT_RESTORE (Linux 5.9). */
export const allCapabilities = [
	...defaultCapabilities,
	...caps(`DAC_READ_SEARCH LINUX_IMMUTABLE NET_BROADCAST NET_ADMIN IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_PTRACE
		SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG LEASE AUDIT_CONTROL MAC_OVERRIDE
		MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`),
];

function caps(text: string): string[] {
	return text.split(/\s+/).map(name => `CAP_${name}`);
}
