package redact

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	digest "hash"
	"strconv"
	"strings"
)

// A State is what a [Redactor] remembers between the messages of one case. It
// holds no secret and nothing that a secret could be guessed from without Key.
type State struct {
	Key  []byte // of the MACs; 32 random bytes made for the case
	Mark []byte // a key of whoever keeps several cases, for [Entry.Mark]; nil for none
	Seen []Seen
}

// A Seen is one secret that a case has had.
type Seen struct {
	Kind string
	MAC  []byte // HMAC-SHA-256 of the secret's plain form, the first 16 bytes
	N    int    // its number among those of its kind
}

// An Entry says that a secret of a kind was replaced.
type Entry struct {
	Kind        string
	Placeholder string
	Mark        string // HMAC-SHA-256 of the secret's plain form under State.Mark, 16 bytes: the same in every case; "" without that key
}

// A Redactor replaces secrets by placeholders: the same secret, in whatever
// encoding, by the same placeholder, and by the one it had in an earlier message
// of the case. It is not safe for concurrent use.
type Redactor struct {
	key    []byte
	mark   []byte
	hash   digest.Hash // HMAC under key, once it was used
	seen   []Seen
	byMAC  map[string]int    // index in seen
	number map[string]int    // the highest of a kind
	exact  map[string]string // a form of a secret that was learned → its placeholder
	ledger []Entry
	listed map[string]bool // placeholders in ledger
	values values
}

// New returns a Redactor that goes on from s. The zero State begins a case: a
// key is made from the system's randomness.
func New(s State) *Redactor {
	r := &Redactor{key: s.Key, mark: s.Mark, seen: append([]Seen(nil), s.Seen...), byMAC: map[string]int{}, number: map[string]int{}, exact: map[string]string{}, listed: map[string]bool{}}
	for i, e := range r.seen {
		r.byMAC[string(e.MAC)] = i
		r.number[e.Kind] = max(r.number[e.Kind], e.N)
	}
	return r
}

// State returns what the next message of the case needs. The caller keeps it
// where secrets may be kept: with the key, a guess at a weak password can be
// tried out.
func (r *Redactor) State() State {
	r.makeKey()
	return State{Key: bytes.Clone(r.key), Mark: bytes.Clone(r.mark), Seen: append([]Seen(nil), r.seen...)}
}

// Ledger returns what was learned since New, each placeholder once, in order.
func (r *Redactor) Ledger() []Entry { return append([]Entry(nil), r.ledger...) }

// mac is the key under which a secret is known to the case.
func (r *Redactor) mac(plain string) []byte {
	if r.hash == nil {
		r.makeKey()
		r.hash = hmac.New(sha256.New, r.key)
	}
	r.hash.Reset()
	r.hash.Write([]byte(plain))
	return r.hash.Sum(nil)[:16]
}

func (r *Redactor) makeKey() {
	if len(r.key) == 0 {
		r.key = make([]byte, 32)
		rand.Read(r.key) // never fails: it ends the program instead
	}
}

// Learn makes secret known, so that Text removes it, and returns its placeholder,
// such as ‹github-user-token#1›. It learns the forms that the secret takes in
// URLs, JSON and HTML as well, and the password inside HTTP Basic credentials. A
// kind is one of Rules, or of the caller: letters, digits and '-'.
func (r *Redactor) Learn(kind, secret string) string {
	if p, ok := r.exact[secret]; ok {
		return p
	}
	plain := plainForm(secret)
	mac := r.mac(plain)
	i, ok := r.byMAC[string(mac)]
	if !ok {
		i = len(r.seen)
		r.number[kind]++
		r.seen = append(r.seen, Seen{Kind: kind, MAC: mac, N: r.number[kind]})
		r.byMAC[string(mac)] = i
	}
	return r.know(r.seen[i], secret, plain)
}

// LearnAs makes secret known as another reading of known, which was learned
// before: it gets the same placeholder. Where a line's break cuts a secret, one
// reading is its half and another the whole. A secret that has been learned
// keeps its own placeholder.
func (r *Redactor) LearnAs(known, kind, secret string) string {
	if p, ok := r.exact[secret]; ok {
		return p
	}
	i, ok := r.byMAC[string(r.mac(plainForm(known)))]
	if !ok {
		return r.Learn(kind, secret)
	}
	e, plain := r.seen[i], plainForm(secret)
	mac := r.mac(plain)
	if k, ok := r.byMAC[string(mac)]; ok {
		e = r.seen[k]
	} else {
		r.byMAC[string(mac)] = len(r.seen)
		r.seen = append(r.seen, Seen{Kind: e.Kind, MAC: mac, N: e.N})
	}
	return r.know(e, secret, plain)
}

// marked is the mark of a secret.
func (r *Redactor) marked(plain string) string {
	if len(r.mark) == 0 {
		return ""
	}
	h := hmac.New(sha256.New, r.mark)
	h.Write([]byte(plain))
	return string(h.Sum(nil)[:16])
}

// know remembers the forms of a secret.
func (r *Redactor) know(e Seen, secret, plain string) string {
	placeholder := "‹" + e.Kind + "#" + strconv.Itoa(e.N) + "›"
	if !r.listed[placeholder] {
		r.listed[placeholder] = true
		r.ledger = append(r.ledger, Entry{e.Kind, placeholder, r.marked(plain)})
	}
	t := table()
	whole := false
	if k, ok := t.index[e.Kind]; ok {
		whole = t.rules[k].Personal
	}
	known := []string{secret}
	if len(r.values.forms) < maxForms {
		known = forms(secret, plain)
	}
	for _, form := range known {
		if _, ok := r.exact[form]; !ok {
			r.exact[form] = placeholder
			r.values.add(form, placeholder, whole)
		}
	}
	return placeholder
}

// Text returns s without any secret: those that were learned, also where s has
// only a part of at least 8 bytes, and those that the rules find in s itself.
// Placeholders in s stay, so Text of a Text is the same again.
func (r *Redactor) Text(s string) Text {
	s = r.values.replace(s, r.placeholderAt)
	if len(s) < shortest {
		return Text(s)
	}
	// What a rule finds may end where another secret was: look until nothing is found.
	for range 8 {
		found := find([]byte(s), deepest)
		if len(found) == 0 {
			break
		}
		next := r.cut(s, found)
		if next == s {
			break
		}
		s = r.values.replace(next, r.placeholderAt)
	}
	return Text(s)
}

// shortest is how long a text is in which a rule finds anything: an anchor of
// three bytes and a secret behind it.
const shortest = 8

// cut replaces found in s, except where it touches a placeholder.
func (r *Redactor) cut(s string, found []Found) string {
	rules := Rules()
	var b strings.Builder
	at := 0
	for _, f := range found {
		for i := f.Start; i < f.End; {
			// The parts of a find between placeholders are found by themselves.
			n := 0
			j := i
			for j < f.End {
				if n = r.placeholderAt(s, j); n > 0 {
					break
				}
				j++
			}
			if j > i && (i == f.Start && j == f.End || telling([]byte(s[i:j]))) {
				b.WriteString(s[at:i])
				b.WriteString(r.Learn(rules[f.Rule].Kind, s[i:j]))
				at = j
			}
			i = j + n
		}
	}
	if at == 0 {
		return s
	}
	b.WriteString(s[at:])
	return b.String()
}

// placeholderAt returns the length of the placeholder at i, 0 when there is none.
// A placeholder has a kind that is known, so that nothing can hide in one.
func (r *Redactor) placeholderAt(s string, i int) int {
	const open, shut = "‹", "›"
	if s[i] != open[0] || !strings.HasPrefix(s[i:], open) {
		return 0
	}
	k := i + len(open)
	for k < len(s) && k < i+64 && (s[k] == '-' || 'a' <= s[k] && s[k] <= 'z' || '0' <= s[k] && s[k] <= '9') {
		k++
	}
	kind := s[i+len(open) : k]
	if k >= len(s) || s[k] != '#' {
		return 0
	}
	d := k + 1
	for d < len(s) && d < k+7 && '0' <= s[d] && s[d] <= '9' {
		d++
	}
	if d == k+1 || !strings.HasPrefix(s[d:], shut) {
		return 0
	}
	if _, ok := table().index[kind]; !ok && r.number[kind] == 0 {
		return 0
	}
	return d + len(shut) - i
}
