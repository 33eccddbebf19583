package clean

import (
	"strings"
	"unicode/utf8"
)

const (
	maxJoined  = 12   // rows in one joined view
	maxWrapped = 4096 // bytes in a row that is taken for a piece of a wrapped line
)

// A form is one way to read a break: drop bytes before it and skip bytes
// after it are left out, a space is put between the rest or not.
type form struct {
	drop, skip int
	space      bool
}

// A joint is the break behind a row, in its likely and its other reading.
type joint struct{ likely, other form }

// viewJoined adds joined readings of the plain rows first to last: wherever a
// break between two rows may be a wrap, one view has it read as a cut in a
// token (joined without a space) and one as a cut between words. With several
// breaks, one view has the likelier readings, the other the rest.
func (c *cleaner) viewJoined(first, last int) {
	var joints [maxJoined]joint
	for i := first; i < last; {
		k := i
		for k < last && k-i+1 < maxJoined && c.joinable(k) {
			k++
		}
		if k == i {
			i++
			continue
		}
		width := c.width(i, k)
		same := true
		for r := i; r < k; r++ {
			joints[r-i] = c.joint(i, r, width)
			same = same && joints[r-i].likely == joints[r-i].other
		}
		n := len(c.doc.Rows)
		if c.join(i, k, joints[:k-i], false) {
			c.viewDecoded(n)
			if !same {
				c.join(i, k, joints[:k-i], true)
			}
		}
		if k-i+1 == maxJoined && k < last {
			i = k // the next view begins with this one's last row, so no break is missed
		} else {
			i = k + 1
		}
	}
}

// join adds one view of rows first to last.
func (c *cleaner) join(first, last int, joints []joint, other bool) bool {
	rows := c.doc.Rows
	if !c.affords(last, rows[last].End-rows[first].Start) {
		return false
	}
	start := len(c.out.text)
	e := edit{in: &c.out, out: &c.out}
	lo := rows[first].Start
	for i := first; i <= last; i++ {
		if i == last {
			e.keep(lo, rows[i].End)
			break
		}
		f := joints[i-first].likely
		if other {
			f = joints[i-first].other
		}
		hi := max(lo, rows[i].End-f.drop)
		e.keep(lo, hi)
		lo = min(rows[i+1].Start+f.skip, rows[i+1].End)
		if f.space {
			e.put(" ", rows[i].End, rows[i].End+1)
		}
	}
	c.endView(start, first, last, Joined)
	return true
}

// joinable reports whether the break behind plain row i may be a wrap.
func (c *cleaner) joinable(i int) bool {
	a, b := c.rowText(i), c.rowText(i+1)
	if len(a) > maxWrapped || len(b) > maxWrapped {
		return false
	}
	b = strings.TrimLeft(b, " ")
	return b != "" && strings.TrimRight(a, " ") != "" &&
		!isItem(b) && !isFrame(b) && !isSent(b) && !isEdge(a) && !isEdge(b) && !(isHeader(a) && isHeader(b)) &&
		!(strings.Contains(a, " | ") && strings.Contains(b, " | "))
}

func (c *cleaner) rowText(i int) string {
	return c.plain[c.doc.Rows[i].Start:c.doc.Rows[i].End]
}

// width returns the width at which rows first to last were cut, or 0: most
// rows but the last have it, or lack only a blank at their end.
func (c *cleaner) width(first, last int) int {
	if last-first < 2 {
		return 0
	}
	width := 0
	for i := first; i < last; i++ {
		width = max(width, utf8.RuneCountInString(c.rowText(i)))
	}
	n := 0
	for i := first; i < last; i++ {
		if utf8.RuneCountInString(c.rowText(i)) >= width-1 {
			n++
		}
	}
	if n < 2 || n*2 < last-first {
		return 0
	}
	return width
}

// joint reads the break behind row i, in a wrapped text that begins with row
// first.
func (c *cleaner) joint(first, i, width int) joint {
	a, b := c.rowText(i), c.rowText(i+1)
	end := strings.TrimRight(a, " ")
	blanks := len(a) - len(end)
	skip := len(b) - len(strings.TrimLeft(b, " "))
	if n := commonMark(end, b); n > skip {
		skip = n
	}
	rest := b[skip:]
	if rest == "" {
		skip = len(b)
	}
	tight, spaced := form{drop: blanks, skip: skip}, form{drop: blanks, skip: skip, space: true}
	if end == "" || rest == "" {
		return joint{spaced, tight}
	}
	z := end[len(end)-1]
	switch {
	case z == '=' && (c.printable || len(end) >= 70 && len(end) <= 76):
		// Quoted-printable's soft break (RFC 2045 section 6.7), or a name whose
		// value is on the next line.
		return joint{form{drop: blanks + 1}, tight}
	case z == '\\':
		return joint{form{drop: blanks + 1, skip: skip, space: true}, form{drop: blanks + 1, skip: skip}}
	case z == '-' && len(end) > 1 && isLower(end[len(end)-2]) && isLower(rest[0]):
		return joint{form{drop: blanks + 1, skip: skip}, tight}
	case strings.IndexByte("{[,", z) >= 0 && strings.IndexByte("\"}]{", rest[0]) >= 0,
		(z == '"' || z == '}' || z == ']') && (rest[0] == '}' || rest[0] == ']'):
		// JSON laid out over lines.
		return joint{spaced, spaced}
	}
	if drop, open, ok := literals(end, rest); ok {
		return joint{form{drop: blanks + drop, skip: skip + open}, spaced}
	}
	indent := len(c.rowText(first)) - len(strings.TrimLeft(c.rowText(first), " "))
	own := len(b) - len(strings.TrimLeft(b, " "))
	likelySpace := blanks > 0 || own == indent+1
	if !likelySpace {
		if width > 0 {
			likelySpace = utf8.RuneCountInString(a) < width
		} else {
			likelySpace = betweenWords(end, rest)
		}
	}
	if likelySpace {
		return joint{spaced, tight}
	}
	return joint{tight, spaced}
}

// betweenWords guesses whether the break between a and b fell between words.
func betweenWords(a, b string) bool {
	z, y := a[len(a)-1], b[0]
	if strings.IndexByte("=/%&?_@([{+$\\", z) >= 0 || strings.IndexByte("=/_.,;)]}&?%", y) >= 0 {
		return false
	}
	if !isWord(z) || !isWord(y) {
		return z != '.' || y < 'a' || y > 'z'
	}
	tail := a[strings.LastIndexByte(a, ' ')+1:]
	head := b
	if k := strings.IndexAny(b, " \"'<>,;:()[]{}"); k >= 0 {
		head = b[:k]
	}
	switch {
	case strings.ContainsAny(tail, "=\"'_/%$@") || strings.ContainsAny(head, "_/%=@"):
		return false
	case len(tail) > 24 || len(head) > 24:
		return false
	case len(head) <= 2:
		return isShortWord(head)
	case isLower(z) && y >= 'A' && y <= 'Z', y >= '0' && y <= '9' && !(z >= '0' && z <= '9'):
		return true
	}
	return len(tail) > 2 || isShortWord(tail)
}

// isShortWord reports whether s is a word of English of one or two letters.
func isShortWord(s string) bool {
	switch strings.ToLower(s) {
	case "a", "i", "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is", "it", "me", "my", "no", "of", "on", "or", "so", "to", "up", "us", "we":
		return true
	}
	return false
}

// literals reports whether a string literal ends at the end of a and its
// continuation begins b, as Python, JavaScript and Java lay out long strings.
// drop and skip are what lies between their contents.
func literals(a, b string) (drop, skip int, ok bool) {
	end := strings.TrimRight(a, "+ ")
	if end == "" {
		return 0, 0, false
	}
	quote := end[len(end)-1]
	if quote != '\'' && quote != '"' || strings.IndexByte(end[:len(end)-1], quote) < 0 {
		return 0, 0, false
	}
	for skip < len(b) && (b[skip] == '+' || b[skip] == ' ') {
		skip++
	}
	if skip+1 < len(b) && strings.IndexByte("bufr", b[skip]) >= 0 && b[skip+1] == quote {
		skip++
	}
	if skip >= len(b) || b[skip] != quote {
		return 0, 0, false
	}
	return len(a) - len(end) + 1, skip + 1, true
}

// commonMark returns the length of a mark that a program puts before every
// line of its message and that stands before both a and b: "remote: ",
// "npm ERR! ".
func commonMark(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && n < 40 && a[n] == b[n] {
		n++
	}
	for n > 0 && b[n-1] != ' ' {
		n--
	}
	mark := strings.TrimRight(b[:n], " ")
	if len(mark) < 3 {
		return 0
	}
	if strings.IndexByte(":!]|>", mark[len(mark)-1]) >= 0 || mark == "npm error" || mark == "npm warn" {
		return n
	}
	return 0
}

// isItem reports whether text begins an item of a list.
func isItem(text string) bool {
	if len(text) < 2 {
		return false
	}
	switch b := text[0]; {
	case b == '-' || b == '*' || b == '+' || strings.HasPrefix(text, "•"):
		return text[1] == ' ' || b >= utf8.RuneSelf
	case b >= '0' && b <= '9':
		n := 1
		for n < len(text) && n < 3 && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		return n+1 < len(text) && (text[n] == '.' || text[n] == ')') && text[n+1] == ' '
	}
	return false
}

// isSent reports whether text is a line of a transcript of curl -v.
func isSent(text string) bool {
	return len(text) > 1 && (text[0] == '>' || text[0] == '<') && text[1] == ' ' || text == ">" || text == "<"
}

// isHeader reports whether text looks like a header of HTTP or mail.
func isHeader(text string) bool {
	i := 0
	for i < len(text) && i < 48 && (isWord(text[i]) && text[i] != '_' || text[i] == '-') {
		i++
	}
	return i > 1 && i < len(text) && text[i] == ':' && (i+1 == len(text) || text[i+1] == ' ') && (text[0] < 'a' || text[0] > 'z' || strings.IndexByte(text[:i], '-') > 0)
}

func isLower(b byte) bool { return b >= 'a' && b <= 'z' }
