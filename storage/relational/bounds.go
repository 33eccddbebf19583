package relational

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"authfix/storage"
)

// What one record may hold. More is a mistake of the caller, who is told.
const (
	MaxTenant      = 1024      // bytes of a tenant
	MaxID          = 255       // bytes of an id, key, channel, person, owner, decision or name
	MaxTitle       = 4 << 10   // bytes of a title, a subject or an error
	MaxExcerpt     = 64 << 10  // bytes of an excerpt, or the detail of an audit entry
	MaxAnswers     = 200       // answers of a case
	MaxAnswer      = 8 << 10   // bytes of an answer's fact or value
	MaxObservation = 256 << 10 // bytes
	MaxReply       = 256 << 10 // bytes
	MaxCredential  = 16 << 10  // bytes of a reply address or token
	MaxAck         = 64 << 10  // bytes
	MaxSetting     = 64 << 10  // bytes
	MaxState       = 64 << 10  // bytes of the state of a claim
	MaxDocument    = 64 << 10  // bytes
	MaxOutgoing    = 64        // rows of the outbox in a record
	MaxAudits      = 256       // in a record
	MaxWarned      = 1000      // MACs in a record or query
	MaxMAC         = 64        // bytes
	MaxJobs        = 256       // in a record
	MaxRows        = 1000      // given back by any method with a limit, and leased at once
)

// A checker gathers what is wrong with a value; what it says names fields and
// never shows what is in them.
type checker struct {
	wrong []error
}

func (k *checker) addf(format string, args ...any) {
	k.wrong = append(k.wrong, fmt.Errorf(format, args...))
}

func (k *checker) err(doing string) error {
	if len(k.wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, errors.Join(k.wrong...))
}

// id checks what is looked for by equality: it cannot be changed to fit.
func (k *checker) id(name, v string) {
	if len(v) > MaxID {
		k.addf("%s has %d bytes, more than %d", name, len(v), MaxID)
	}
	k.clean(name, v)
}

func (k *checker) needed(name, v string) {
	if v == "" {
		k.addf("%s is empty", name)
	}
	k.id(name, v)
}

func (k *checker) clean(name, v string) {
	if strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) {
		k.addf("%s is not UTF-8 text without a zero byte", name)
	}
}

func (k *checker) tenant(t storage.Tenant) {
	if t == "" {
		k.addf("the tenant is empty")
	}
	if len(t) > MaxTenant {
		k.addf("the tenant has %d bytes, more than %d", len(t), MaxTenant)
	}
	k.clean("the tenant", string(t))
}

func (k *checker) size(name string, n, most int) {
	if n > most {
		k.addf("%s has %d bytes, more than %d", name, n, most)
	}
}

func (k *checker) count(name string, n, most int) {
	if n > most {
		k.addf("%d %s, more than %d", n, name, most)
	}
}

// named is a field of a record that is looked for by equality.
type named struct{ name, v string }

func (k *checker) ids(all ...named) {
	for _, n := range all {
		k.id(n.name, n.v)
	}
}

// checkKey checks a tenant and further keys of a query.
func checkKey(doing string, t storage.Tenant, all ...named) error {
	var k checker
	k.tenant(t)
	k.ids(all...)
	return k.err(doing)
}

// prose makes text that nobody looks for by equality fit for both databases.
func prose(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
