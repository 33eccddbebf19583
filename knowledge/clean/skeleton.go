package clean

// A Skeleton is the letters of a document alone, lower case, without blanks,
// punctuation and line ends, and with the characters that text recognition and
// tired eyes confuse made one: 0 is o; 1, i and | are l; 5 is s. Tags, entities
// and escapes of line ends are left out. A sentence is found in
// it however it was wrapped, spaced, hyphenated or photographed.
type Skeleton struct {
	Text  []byte
	Place []int32 // of each byte of Text, its offset in the document's Buf
}

// maxSkeleton is how many bytes of a document have a skeleton: its beginning.
const maxSkeleton = 256 << 10

// Skeleton appends the skeleton of the document's plain rows to s, whose memory
// it reuses.
func (d *Document) Skeleton(s *Skeleton) {
	s.Text, s.Place = s.Text[:0], s.Place[:0]
	end := 0
	if d.Plain > 0 {
		end = min(d.Rows[d.Plain-1].End, maxSkeleton)
	}
	for i := 0; i < end; i++ {
		c := d.Buf[i]
		if c == '<' || c == '&' || c == '\\' {
			i += markup(d.Buf[i:end])
			continue
		}
		if b := bone[c]; b != 0 {
			s.Text = append(s.Text, b)
			s.Place = append(s.Place, int32(i))
		}
	}
}

// maxTag is how many bytes a tag or an entity has at the most.
const maxTag = 12

// markup returns how many bytes behind the first of text belong to the tag,
// entity or escape that it begins: <br/>, &nbsp;, \n. Their letters are none of
// the sentence's.
func markup(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	var last byte
	switch text[0] {
	case '\\':
		if c := text[1]; c == 'n' || c == 't' || c == 'r' {
			return 1
		}
		return 0
	case '<':
		last = '>'
	case '&':
		last = ';'
	}
	for i, c := range text[1:min(len(text), maxTag)] {
		switch {
		case c == last:
			return i + 1
		case c <= ' ' && !(c == ' ' && text[i] != '<'):
			return 0
		}
	}
	return 0
}

// Bones returns the skeleton of a sentence, as it is looked for.
func Bones(sentence string) string {
	out := make([]byte, 0, len(sentence))
	for i := range len(sentence) {
		if b := bone[sentence[i]]; b != 0 {
			out = append(out, b)
		}
	}
	return string(out)
}

// bone maps a byte to what stands for it, or to 0 when it is left out.
var bone = func() (table [256]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		table[c], table[c-0x20] = c, c
	}
	table['i'], table['I'], table['1'], table['|'] = 'l', 'l', 'l', 'l'
	table['0'], table['5'] = 'o', 's'
	return table
}()
