package redact

import (
	"encoding/binary"
	"strings"
)

// values find learned secrets in a string, whole or in part, in one pass.
type values struct {
	forms []form
	grams map[uint64]ref // eight bytes of a form → where
	bits  []uint64       // a filter before grams
	short []form         // forms under eight bytes
}

type form struct {
	text, placeholder string
	whole             bool // only as a whole, between other than letters and digits
}

type ref struct{ form, at int32 }

// Bounds of what is remembered: beyond maxGrams only whole forms are found,
// beyond maxForms only those in which a secret stood when it was learned.
const (
	maxForms = 1 << 15
	maxGrams = 1 << 18
	maxShort = 256
)

func (v *values) add(text, placeholder string, whole bool) {
	f := form{text, placeholder, whole}
	if len(text) < 8 {
		if len(text) >= 6 && !letters(text) && !digits(text) && len(v.short) < maxShort {
			f.whole = true
			v.short = append(v.short, f)
		}
		return
	}
	if letters(text) && len(text) < 12 { // a word: it would be taken out of every sentence
		return
	}
	if v.grams == nil {
		v.grams = map[uint64]ref{}
		v.bits = make([]uint64, 1<<16/64)
	}
	n := int32(len(v.forms))
	v.forms = append(v.forms, f)
	if whole || letters(text) {
		v.forms[n].whole = true
		v.put(text, n, 0)
		return
	}
	step, some := 1, false
	if len(text) > 4<<10 {
		step = 4
	}
	for i := 0; i+8 <= len(text); i += step {
		if len(v.grams) >= maxGrams {
			break
		}
		if rare(text[i : i+8]) {
			v.put(text, n, i)
			some = true
		}
	}
	if !some {
		v.forms[n].whole = true
		v.put(text, n, 0)
	}
}

func (v *values) put(text string, n int32, i int) {
	g := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
	if _, ok := v.grams[g]; !ok {
		v.grams[g] = ref{n, int32(i)}
		h := g * 0x9E3779B97F4A7C15 >> 48
		v.bits[h/64] |= 1 << (h % 64)
	}
}

// rare reports whether eight bytes of a secret are hardly met elsewhere: no
// repetition, and no part of ordinary words.
func rare(w string) bool {
	var upper, lower, digit, distinct int
	for i := range len(w) {
		switch c := w[i]; {
		case 'A' <= c && c <= 'Z' && i > 0:
			upper++
		case 'a' <= c && c <= 'z':
			lower++
		case '0' <= c && c <= '9':
			digit++
		}
		if strings.IndexByte(w[:i], w[i]) < 0 {
			distinct++
		}
	}
	return distinct >= 4 && (digit > 0 || upper > 0 && lower > 0)
}

// replace returns s with each learned secret, or part of one, replaced.
func (v *values) replace(s string, placeholder func(string, int) int) string {
	if len(v.forms) == 0 && len(v.short) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	if len(v.forms) > 0 && len(s) >= 8 {
		for i := 0; i+8 <= len(s); i++ {
			if s[i] == 0xE2 {
				if n := placeholder(s, i); n > 0 {
					i += n - 1
					continue
				}
			}
			g := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 | uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
			h := g * 0x9E3779B97F4A7C15 >> 48
			if v.bits[h/64]&(1<<(h%64)) == 0 {
				continue
			}
			p, ok := v.grams[g]
			if !ok {
				continue
			}
			f := v.forms[p.form]
			start, k := i, int(p.at)
			for start > at && k > 0 && s[start-1] == f.text[k-1] {
				start--
				k--
			}
			end, k := i+8, int(p.at)+8
			for end < len(s) && k < len(f.text) && s[end] == f.text[k] {
				end++
				k++
			}
			if f.whole && (end-start < len(f.text) || !alone(s, start, end)) {
				continue
			}
			b.WriteString(s[at:start])
			b.WriteString(f.placeholder)
			at = end
			i = end - 1
		}
	}
	if at > 0 {
		b.WriteString(s[at:])
		s = b.String()
	}
	for _, f := range v.short {
		if strings.Contains(s, f.text) {
			s = replaceAlone(s, f, placeholder)
		}
	}
	return s
}

func alone(s string, start, end int) bool {
	return (start == 0 || !is(s[start-1], alnum)) && (end == len(s) || !is(s[end], alnum))
}

// replaceAlone replaces a short form where it stands alone.
func replaceAlone(s string, f form, placeholder func(string, int) int) string {
	var b strings.Builder
	at := 0
	for i := 0; i+len(f.text) <= len(s); i++ {
		if s[i] == 0xE2 {
			if n := placeholder(s, i); n > 0 {
				i += n - 1
				continue
			}
		}
		if s[i] == f.text[0] && strings.HasPrefix(s[i:], f.text) && alone(s, i, i+len(f.text)) {
			b.WriteString(s[at:i])
			b.WriteString(f.placeholder)
			at = i + len(f.text)
			i = at - 1
		}
	}
	b.WriteString(s[at:])
	return b.String()
}
