package match

import (
	"encoding/binary"
	"math/bits"
)

// The text is looked at in grams with |0x20 on each byte. Of a literal of
// longWindow bytes or more the filter knows the longWindow-longGram+1 grams of
// one window: whatever the window's place, a gram of it stands at a multiple of
// longStep. Of other literals it knows one gram, looked for at every byte.
const (
	longGram   = 5
	longStep   = 4
	longWindow = longGram + longStep - 1
	shortGram  = 3

	longShift  = 64 - 8*longGram
	shortShift = 64 - 8*shortGram
	lowerAll   = 0x2020202020202020
	mixer      = 0x9E3779B97F4A7C15 // 2^64 divided by the golden ratio

	minFilter, maxFilter = 10, 20 // bits of a hash
)

// grams finds the patterns of a text by their triggers.
type grams struct {
	filter []byte // by the top bits of a gram's hash: which values the next three have; 0 for most, and that test is quick; its length is a power of 2, or 0 without triggers
	shift  uint   // 64 less the number of those bits
	slots  []slot // hash table of grams
	mask   uint64 // len(slots)-1
	top    uint   // 64 less the number of bits of mask
	places []place
	links  []int32 // patterns of the triggers
}

// A slot is a gram and where it stands in literals. It is free when it has no
// places.
type slot struct {
	gram    uint64
	from, n int32 // of places
}

// A place is one place of a gram in one trigger. Most places are ruled out by
// eight bytes of the literal far from the gram.
type place struct {
	word, mask uint64 // text|mask == word
	rel        int32  // where those bytes are, from the start of the literal
	offset     int32  // of the gram in the literal
	literal    int32
	from, to   int32 // of links
}

func hash(gram uint64) uint64 { return gram * mixer }

// pass is the filter's answer for a hash, given its byte: false when no
// trigger has the gram.
func (g *grams) pass(h uint64, b byte) bool { return b>>(h>>(g.shift-3)&7)&1 != 0 }

// at returns the places of a gram.
func (g *grams) at(gram, h uint64) []place {
	for i := h >> g.top; ; i = (i + 1) & g.mask {
		s := &g.slots[i]
		if s.n == 0 {
			return nil
		}
		if s.gram == gram {
			return g.places[s.from : s.from+s.n]
		}
	}
}

// A link says that a literal is a trigger of a pattern.
type link struct{ literal, pattern int32 }

// A builder collects the triggers of patterns.
type builder struct{ links []link }

func (b *builder) link(triggers []int32, pattern int) {
	for _, l := range triggers {
		b.links = append(b.links, link{l, int32(pattern)})
	}
}

// occurrence is a place before the places are sorted by gram.
type occurrence struct {
	gram            uint64
	literal, offset int32
	slot            int32
}

func (b *builder) long(ls *literals) grams {
	return b.build(ls, func(to []occurrence, i int32) []occurrence {
		l := ls.all[i]
		// The larger offset first: of two places of the literal that begin with the
		// same gram it is the earlier one.
		for k := int32(longWindow - longGram); k >= 0; k-- {
			at := int(l.at + l.gram + k)
			to = append(to, occurrence{gram: pack(ls.text[at:at+longGram]) << longShift, literal: i, offset: l.gram + k})
		}
		return to
	})
}

func (b *builder) short(ls *literals) grams {
	return b.build(ls, func(to []occurrence, i int32) []occurrence {
		l := ls.all[i]
		at := l.gram
		if l.n >= longWindow {
			at, _ = rarestShort(ls.text[l.at : l.at+l.n])
		}
		text := ls.text[l.at+at : l.at+l.n]
		if len(text) >= shortGram {
			return append(to, occurrence{gram: pack(text[:shortGram]) << shortShift, literal: i, offset: at})
		}
		for c := range 256 { // whatever follows
			if c|0x20 == c {
				g := pack([]byte{text[0], text[1], byte(c)})
				to = append(to, occurrence{gram: g << shortShift, literal: i, offset: at})
			}
		}
		return to
	})
}

// pack is up to eight bytes as they are seen in a text.
func pack(b []byte) uint64 {
	var w uint64
	for i, c := range b {
		w |= uint64(c|0x20) << (8 * i)
	}
	return w
}

func (b *builder) build(ls *literals, expand func([]occurrence, int32) []occurrence) grams {
	if len(b.links) == 0 {
		return grams{}
	}
	// The patterns of each trigger, in order, behind each other.
	first := make([]int32, len(ls.all)+1)
	for _, l := range b.links {
		first[l.literal+1]++
	}
	for i := range ls.all {
		first[i+1] += first[i]
	}
	g := grams{links: make([]int32, len(b.links))}
	next := append([]int32(nil), first...)
	for _, l := range b.links {
		g.links[next[l.literal]] = l.pattern
		next[l.literal]++
	}

	all := make([]occurrence, 0, (longWindow-longGram+1)*len(b.links))
	for i := range ls.all {
		if first[i] < first[i+1] {
			all = expand(all, int32(i))
		}
	}

	// The table: claim and count, then place.
	g.top = uint(64 - bits.Len(uint(len(all)+len(all)/4)))
	g.slots = make([]slot, 1<<(64-g.top))
	g.mask = uint64(len(g.slots) - 1)
	distinct := 0
	for k := range all {
		o := &all[k]
		i := hash(o.gram) >> g.top
		for g.slots[i].n > 0 && g.slots[i].gram != o.gram {
			i = (i + 1) & g.mask
		}
		if g.slots[i].n == 0 {
			distinct++
		}
		g.slots[i].gram = o.gram
		g.slots[i].n++
		o.slot = int32(i)
	}
	width := min(max(bits.Len(uint(distinct))+5, minFilter), maxFilter) // 1 in 32 to 64 is taken
	g.filter, g.shift = make([]byte, 1<<width), uint(64-width)
	at := int32(0)
	for i := range g.slots {
		if g.slots[i].n > 0 {
			h := hash(g.slots[i].gram)
			g.filter[h>>g.shift] |= 1 << (h >> (g.shift - 3) & 7)
		}
		g.slots[i].from = at
		at += g.slots[i].n
		g.slots[i].n = 0
	}
	g.places = make([]place, len(all))
	for _, o := range all {
		s := &g.slots[o.slot]
		g.places[s.from+s.n] = ls.place(o, first[o.literal], first[o.literal+1])
		s.n++
	}
	return g
}

// place makes the eight bytes to test those of the two ends of the literal
// that are farther from the gram.
func (ls *literals) place(o occurrence, from, to int32) place {
	l := ls.all[o.literal]
	p := place{offset: o.offset, literal: o.literal, from: from, to: to}
	if l.n < 8 {
		return p // word and mask are 0 and not used
	}
	if o.offset < l.n-8-o.offset {
		p.rel = l.n - 8
	}
	p.word = binary.LittleEndian.Uint64(ls.text[l.at+p.rel:])
	p.mask = binary.LittleEndian.Uint64(ls.mask[l.at+p.rel:])
	return p
}
