package knowledge

import (
	"slices"
	"strings"
)

// Topics returns all topics, ordered by id.
func (b *Base) Topics() []*Topic {
	var all []*Topic
	for _, l := range b.layers {
		for i := range l.topics {
			all = append(all, &l.topics[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *Topic) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// folded is how names of topics and products are compared.
func folded(name string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// Topic returns the topic with this id or one of these names; case, blanks and
// hyphens are ignored. A later layer's wins.
func (b *Base) Topic(name string) (*Topic, bool) {
	wanted := folded(name)
	all := b.Topics()
	for i := len(all) - 1; i >= 0; i-- {
		if t := all[i]; folded(t.ID) == wanted || slices.ContainsFunc(t.Names, func(n string) bool { return folded(n) == wanted }) {
			return t, true
		}
	}
	return nil, false
}

// LogLocations is the id of the topic that says where products write their
// logs.
const LogLocations = "log-locations"

// Logs returns where the named product, or every one for "", writes its logs,
// and where that is written.
func (b *Base) Logs(product string) ([]Product, []Reference) {
	t, ok := b.Topic(LogLocations)
	if !ok {
		return nil, nil
	}
	if product == "" {
		return t.Products, t.References
	}
	wanted := folded(product)
	for _, p := range t.Products {
		if folded(p.Name) == wanted || folded(p.Title) == wanted || slices.ContainsFunc(p.Names, func(n string) bool { return folded(n) == wanted }) {
			return []Product{p}, t.References
		}
	}
	return nil, nil
}

// PasteOnly returns the ids of the failure modes that have a signature without
// a literal of 8 bytes, which is tried on pastes and not on whole log files.
func (b *Base) PasteOnly() []string {
	var ids []string
	for _, l := range b.layers {
		for i := range l.Sigs {
			if id := l.Modes[l.Sigs[i].Mode].ID; l.Sigs[i].PasteOnly && !l.hidden[id] {
				ids = appendNew(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids
}
