package match

import (
	_ "embed"
	"math"
)

// rarityTable tells how rare sequences of three characters are in ordinary
// logs. Characters are of 32 kinds (see kinds). For each pair of kinds it has a
// line: the cost of the pair, then of each kind after it. A cost is -log2 of
// the share (of all pairs; of what follows the pair) in half bits, above '0'.
// TestRarityTable writes it.
//
//go:embed rarity.txt
var rarityTable string

const (
	kindOther = iota
	// 1 to 26 are the letters.
	kindDigit = iota + 26
	kindUnderscore
	kindSpace
	kindDot  // . - / :
	kindHigh // part of a character beyond ASCII

	rarityLine = 1 + 32 + 1
)

// kinds is the kind of each byte.
var kinds = func() (t [256]byte) {
	for i := range t {
		switch c := byte(i); {
		case isLetter(rune(c)):
			t[i] = c & 0x1f
		case c >= '0' && c <= '9':
			t[i] = kindDigit
		case c == '_':
			t[i] = kindUnderscore
		case c == ' ' || c == '\t':
			t[i] = kindSpace
		case c == '.' || c == '-' || c == '/' || c == ':':
			t[i] = kindDot
		case c >= 0x80:
			t[i] = kindHigh
		default:
			t[i] = kindOther
		}
	}
	return t
}()

// pairCost and nextCost are in half bits.
func pairCost(a, b byte) int {
	return int(rarityTable[(int(a)<<5|int(b))*rarityLine] - '0')
}

func nextCost(a, b, c byte) int {
	return int(rarityTable[(int(a)<<5|int(b))*rarityLine+1+int(c)] - '0')
}

// shares are 2^(-cost/2), the share of the places in a text at which a
// sequence of such cost stands.
var shares = func() (t [512]float32) {
	for i := range t {
		t[i] = float32(math.Exp2(-float64(i) / 2))
	}
	return t
}()

// The work that a literal makes beyond how often it stands in a text.
const (
	costShort  = 1   // it is looked for at every byte
	costNoWord = 0.5 // cleaning may have changed what the filter looks for
)

// rarest chooses what the filter is to look for: of a literal of longWindow bytes
// or more the offset of the window, in a run of [A-Za-z0-9_] where one is
// long enough, whose grams ordinary logs contain least; of a shorter one the
// offset of the gram. It returns the literal's cost as well.
func rarest(lit []byte) (gram int32, cost float32) {
	const rareEnough = 1e-7 // a gram in megabytes
	if len(lit) < longWindow {
		at, share := rarestShort(lit)
		if len(lit) < shortGram-1 {
			return at, never
		}
		return at, costShort + share
	}
	best, bestAt, any, anyAt := float32(never), int32(-1), float32(never), int32(0)
	var rates [longWindow - longGram + 1]float32 // of the grams that end last
	var steps [longGram - 2]int                  // of the characters in the gram that ends last
	word := 0                                    // length of the run of word characters
	var a, b byte
	sum := 0
	for i, c := range lit {
		k := kinds[c]
		if isWord(c) {
			word++
		} else {
			word = 0
		}
		if i >= 2 {
			step := nextCost(a, b, k)
			slot := i % len(steps)
			sum += step - steps[slot]
			steps[slot] = step
		}
		if i >= longGram-1 {
			rates[i%len(rates)] = shares[sum+pairCost(kinds[lit[i-longGram+1]], kinds[lit[i-longGram+2]])]
		}
		if i >= longWindow-1 {
			total := float32(0)
			for _, r := range rates {
				total += r
			}
			at := int32(i - longWindow + 1)
			if total < any {
				any, anyAt = total, at
			}
			if word >= longWindow && total < best {
				if best, bestAt = total, at; best < rareEnough {
					break
				}
			}
		}
		a, b = b, k
	}
	if bestAt >= 0 {
		return bestAt, best
	}
	return anyAt, any + costNoWord
}

// rarestShort is the offset of the rarest sequence of shortGram bytes, and how
// often it stands in a text.
func rarestShort(lit []byte) (at int32, share float32) {
	if len(lit) < shortGram {
		if len(lit) < 2 {
			return 0, 1
		}
		return 0, shares[pairCost(kinds[lit[0]], kinds[lit[1]])]
	}
	share = 2
	for i := 0; i+shortGram <= len(lit); i++ {
		a, b, c := kinds[lit[i]], kinds[lit[i+1]], kinds[lit[i+2]]
		if s := shares[pairCost(a, b)+nextCost(a, b, c)]; s < share {
			at, share = int32(i), s
		}
	}
	return at, share
}
