/** Collects a value, and the words it falls into. */
export interface Splitter {
	/** Text whose blanks separate words. */
	addLoose(text: string): void;
	/** Text whose blanks do not. */
	addTight(text: string): void;
	end(): {readonly value: string; readonly words: readonly string[]};
}

export function splitter(): Splitter {
	const words: string[] = [];
	let value = '';
	let word = '';
	const endWord = () => {
		if (word !== '') words.push(word);
		word = '';
	};
	return {
		addLoose(text) {
			value += text;
			for (const character of text) {
				if (/\s/.test(character)) endWord();
				else word += character;
			}
		},
		addTight(text) {
			value += text;
			word += text;
		},
		end() {
			endWord();
			return {value, words};
		},
	};
}
