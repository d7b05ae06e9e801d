import ora from 'ora';
import type {Style} from '../style.ts';

/** A terminal with lines that stay and, below them, an area that is drawn again and again. */
export interface Screen {
	readonly columns: number;
	readonly rows: number;
	/** Prints lines for good, above the area. */
	print(lines: readonly string[]): void;
	/** Shows these lines in the area; the first has the spinner before it. */
	draw(lines: readonly string[]): void;
	/** Removes the area. */
	end(): void;
}

/**
 * One instance of ora for the whole build: it clears the area, lets through what others write, and draws it again.
 * stdin is not discarded, for it may be the Dockerfile, and raw mode would outlive a kill; the cursor is not hidden,
 * for the same reason, and because screen readers follow it.
 */
export function oraScreen(stream: NodeJS.WriteStream, {symbols}: Style): Screen {
	const spinner = ora({
		stream,
		text: '',
		interval: 100,
		isEnabled: true,
		discardStdin: false,
		hideCursor: false,
		color: false,
		spinner: {frames: [...symbols.spinner], interval: 100},
	});
	// As it was before ora listens in: for what ora must not answer with a frame.
	const write = stream.write.bind(stream);
	const onResize = () => {
		if (!spinner.isSpinning) return;
		spinner.clear();
		write('\u001B[J');
		spinner.render();
	};
	stream.on('resize', onResize);
	return {
		get columns() {
			return stream.columns;
		},
		get rows() {
			return stream.rows;
		},
		print(lines) {
			if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
		},
		draw(lines) {
			// The cursor waits on a line of its own: what is typed there, as ^C, makes no row of the area wrap.
			spinner.text = `${lines.join('\n')}\n`;
			if (!spinner.isSpinning) spinner.start();
		},
		end() {
			stream.off('resize', onResize);
			spinner.stop();
		},
	};
}
