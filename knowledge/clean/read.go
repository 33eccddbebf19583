package clean

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of a paste; what exceeds them is cut out of its middle.
const (
	MaxBytes = 4 << 20
	MaxLines = 200_000
)

// Errors of [Read], to be tested with errors.Is. What wraps them says in one
// line what the paste is.
var (
	ErrEmpty  = errors.New("the paste is empty")
	ErrBinary = errors.New("the paste is not text")
)

// Read makes text of the bytes of a paste. Its encoding is told by a byte
// order mark or by the bytes themselves: UTF-8, UTF-16 of either order, else
// Windows-1252 (which Latin-1 is part of). A few invalid bytes in UTF-8 become
// U+FFFD. Line ends stay as they are.
//
// A paste over [MaxBytes] or [MaxLines] keeps its first and its last half of
// that. The notes are sentences for the person who pasted: what was cut, what
// could not be read. The error wraps [ErrEmpty] or [ErrBinary].
func Read(raw []byte) (text string, notes []string, err error) {
	if kind := magic(raw); kind != "" {
		return "", nil, fmt.Errorf("%w: it is %s", ErrBinary, kind)
	}
	// What is dropped in the end need not be decoded; UTF-16 needs up to twice
	// its text.
	var dropped bool
	if len(raw) > 16*MaxBytes {
		raw, dropped = append(bytes.Clone(raw[:4*MaxBytes]), raw[len(raw)-4*MaxBytes:]...), true
	}
	text, note, err := decodeText(raw)
	if err != nil {
		return "", nil, err
	}
	if note != "" {
		notes = append(notes, note)
	}
	if strings.TrimFunc(text, isBlank) == "" {
		return "", nil, fmt.Errorf("%w: it holds no visible character", ErrEmpty)
	}
	text, cut := bound(text)
	if dropped {
		cut = []string{"The paste is far too long: most of its middle was left out."}
	}
	return text, append(notes, cut...), nil
}

// decodeText makes UTF-8 of raw.
func decodeText(raw []byte) (text, note string, err error) {
	switch {
	case len(raw) == 0:
		return "", "", ErrEmpty
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return decode16(raw[2:], 0, 1), "", nil
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return decode16(raw[2:], 1, 0), "", nil
	default:
		if low, ok := looks16(raw); ok {
			return decode16(raw, low, 1-low), "", nil
		}
	}
	if n := controls(raw); n*10 > len(raw) {
		return "", "", fmt.Errorf("%w: %d of its %d bytes are control characters", ErrBinary, n, len(raw))
	}
	if utf8.Valid(raw) {
		return string(raw), "", nil
	}
	whole, broken := sequences(raw)
	if whole >= broken {
		return strings.ToValidUTF8(string(raw), "\uFFFD"),
			"Some bytes are not valid UTF-8; they are shown as \uFFFD.", nil
	}
	if broken*2 > len(raw) && len(raw) > 64 {
		return "", "", fmt.Errorf("%w: most of its bytes are of no text encoding", ErrBinary)
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD"), "Some bytes could not be read; they are shown as \uFFFD.", nil
	}
	return string(decoded), "", nil
}

// looks16 reports whether raw is UTF-16 without a mark, and whether its low
// byte is the first or the second of each pair: the high bytes of text that is
// mostly Latin are zero.
func looks16(raw []byte) (low int, ok bool) {
	sample := raw[:min(len(raw), 4096)&^1]
	if len(sample) < 4 {
		return 0, false
	}
	var zeros [2]int
	for i, b := range sample {
		if b == 0 {
			zeros[i&1]++
		}
	}
	half := len(sample) / 2
	switch {
	case zeros[1]*10 >= half*6 && zeros[0]*20 < half:
		return 0, true
	case zeros[0]*10 >= half*6 && zeros[1]*20 < half:
		return 1, true
	}
	return 0, false
}

// decode16 makes UTF-8 of UTF-16 whose low and high bytes stand at these
// places of each pair.
func decode16(raw []byte, low, high int) string {
	var b strings.Builder
	b.Grow(len(raw) / 2)
	for i := 0; i+1 < len(raw); i += 2 {
		r := rune(raw[i+low]) | rune(raw[i+high])<<8
		if utf16.IsSurrogate(r) && i+3 < len(raw) {
			if pair := utf16.DecodeRune(r, rune(raw[i+2+low])|rune(raw[i+2+high])<<8); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		b.WriteRune(r) // a lone surrogate becomes U+FFFD
	}
	return strings.TrimPrefix(b.String(), "\ufeff")
}

// controls counts the bytes that no text has, in a sample of raw. Those of
// terminals (escape, backspace, bell) are none of them.
func controls(raw []byte) int {
	n := 0
	for _, b := range raw {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != '\v' && b != '\b' && b != 0x1b && b != 0x07 {
			n++
		}
	}
	return n
}

// sequences counts the characters of raw beyond ASCII and the bytes that
// belong to none.
func sequences(raw []byte) (whole, broken int) {
	for i := 0; i < len(raw); {
		if raw[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			broken++
		} else {
			whole++
		}
		i += n
	}
	return whole, broken
}

// magic names the kind of file that raw begins as, or returns "".
func magic(raw []byte) string {
	for _, m := range [...]struct{ prefix, kind string }{
		{"PK\x03\x04", "a zip archive; unpack it and paste the lines around the error"},
		{"\x1f\x8b", "compressed with gzip; unpack it and paste the lines around the error"},
		{"BZh9", "compressed with bzip2; unpack it and paste the lines around the error"},
		{"\xfd7zXZ\x00", "compressed with xz; unpack it and paste the lines around the error"},
		{"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it and paste the lines around the error"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it and paste the lines around the error"},
		{"\x89PNG", "a picture; paste the error as text"},
		{"\xff\xd8\xff", "a picture; paste the error as text"},
		{"GIF87a", "a picture; paste the error as text"},
		{"GIF89a", "a picture; paste the error as text"},
		{"%PDF-", "a PDF file; copy the text out of it"},
		{"\x7fELF", "a program"},
		{"\xca\xfe\xba\xbe", "a Java class"},
		{"SQLite format 3\x00", "a database"},
	} {
		if len(raw) >= len(m.prefix) && string(raw[:len(m.prefix)]) == m.prefix {
			return m.kind
		}
	}
	return ""
}

// isBlank reports whether r shows nothing.
func isBlank(r rune) bool {
	if r < 0x80 {
		return r <= ' ' || r == 0x7f
	}
	s, ok := ascii(r, nil, 0, 0)
	return ok && (s == "" || s == " " || s == "\r")
}
