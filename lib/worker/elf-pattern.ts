/** Of an ELF header: the class, the order of bytes and the number of the machine. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Readonly<Record<string, readonly [bits: 32 | 64, endian: 'little' | 'big', machine: number]>> = {
	amd64: [64, 'little', 62],
	arm64: [64, 'little', 183],
	arm: [32, 'little', 40],
	'386': [32, 'little', 3],
	ppc64le: [64, 'little', 21],
	s390x: [64, 'big', 22],
	riscv64: [64, 'little', 243],
	loong64: [64, 'little', 258],
	mips64: [64, 'big', 8],
	mips64le: [64, 'little', 8],
};

/** Bytes that a program begins with. */
export interface Pattern {
	readonly magic: Buffer;
	/** Which bits of the magic count. */
	readonly mask: Buffer;
}

/**
 * By what the programs of an architecture are known: their first 20 bytes, and which bits of these count. Neither the ABI does, nor
 * whether a program can be loaded anywhere. undefined for an architecture that is not known.
 */
export function elfPattern(architecture: string): Pattern | undefined {
	const known = machines[architecture];
	if (!known) return undefined;
	const [bits, endian, machine] = known;
	const isLittle = endian === 'little';
	const ordered = (low: number, high: number) => (isLittle ? [low, high] : [high, low]);
	const ident = [0x7f, 0x45, 0x4c, 0x46, bits / 32, isLittle ? 1 : 2, 1, ...zeros(9)];
	const identMask = [...ones(7), 0, ...ones(8)];
	return {
		magic: Buffer.from([...ident, ...ordered(2, 0), ...ordered(machine & 0xff, machine >> 8)]),
		mask: Buffer.from([...identMask, ...ordered(0xfe, 0xff), ...ones(2)]),
	};
}

function zeros(count: number): readonly number[] {
	return Array.from({length: count}, () => 0);
}

function ones(count: number): readonly number[] {
	return Array.from({length: count}, () => 0xff);
}
