package terminal

import "strings"

// maxWhole is how many columns a URL may have to be left whole.
const maxWhole = 2048

// fold breaks a text into lines of at most width columns, at blanks where there
// are any. A URL is never broken, so that it can be copied and clicked: its line
// may be longer. There is always one line. Marks may stand in the text; all else
// of it must be plain.
func fold(text string, width int) []string {
	width = max(width, 20)
	var lines []string
	var line strings.Builder
	used := 0
	end := func() {
		lines = append(lines, line.String())
		line.Reset()
		used = 0
	}
	for _, word := range strings.Fields(text) {
		n := columns(word)
		if used > 0 && used+1+n > width {
			end()
		}
		if n > width && (n > maxWhole || !strings.Contains(word, "://")) {
			pieces := pieces(word, width)
			for _, piece := range pieces[:len(pieces)-1] {
				line.WriteString(piece)
				end()
			}
			word = pieces[len(pieces)-1]
			n = columns(word)
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	if line.Len() > 0 || len(lines) == 0 {
		end()
	}
	return lines
}

// pieces cuts a word into parts of at most n columns; there is always one.
func pieces(word string, n int) []string {
	var all []string
	from, used := 0, 0
	for i, r := range word {
		w := runeColumns(r)
		if used+w > n {
			all = append(all, word[from:i])
			from, used = i, 0
		}
		used += w
	}
	return append(all, word[from:])
}
