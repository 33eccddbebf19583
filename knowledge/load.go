package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"authfix/knowledge/strictyaml"
)

// A source is one file of a knowledge base, decoded, with what is needed to
// say where a mistake in it stands.
type source[T any] struct {
	File  string
	Lines strictyaml.Lines
	Value T
}

// Sources is a set of failure modes, questions and topics as they were written.
type Sources struct {
	modes     []source[FailureMode]
	questions []source[Question]
	topics    []source[Topic]
}

// Complaints are all mistakes found in a set of files. As an error its text has
// one line each: file:line: what is wrong; what to do.
type Complaints []strictyaml.Complaint

// Error joins the complaints, a line each.
func (c Complaints) Error() string {
	lines := make([]string, len(c))
	for i := range c {
		lines[i] = c[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Bounds of a folder of failure modes.
const (
	maxFiles    = 10_000
	maxFileSize = strictyaml.MaxSize
)

// LoadFolder reads a folder of failure modes: every .yaml file below dir is
// one, except those below folders called questions and topics. A path may also
// name one file. The error is of type [Complaints] when files were read but
// hold mistakes; what could be read is returned with it.
func LoadFolder(dir string) (*Sources, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("failure modes %s: %w", dir, errors.Unwrap(err))
	}
	if !info.IsDir() {
		data, err := os.ReadFile(dir)
		if err != nil {
			return nil, fmt.Errorf("failure modes %s: %w", dir, errors.Unwrap(err))
		}
		s := &Sources{}
		return s, s.verdict(s.add(filepath.ToSlash(dir), data))
	}
	return load(os.DirFS(dir), filepath.ToSlash(dir))
}

// loadBuiltin reads and validates the base's own files: the folders
// failuremodes, questions and topics of fsys.
func loadBuiltin(fsys fs.FS) (*Sources, error) {
	all := &Sources{}
	var complaints Complaints
	for _, dir := range []string{"failuremodes", "questions", "topics"} {
		sub, err := fs.Sub(fsys, dir)
		if err != nil {
			return nil, err
		}
		s, err := load(sub, "knowledge/"+dir)
		var found Complaints
		if err != nil && !errors.As(err, &found) {
			return nil, err
		}
		complaints = append(complaints, found...)
		all.modes = append(all.modes, s.modes...)
		all.questions = append(all.questions, s.questions...)
		all.topics = append(all.topics, s.topics...)
	}
	if err := all.verdict(complaints); err != nil {
		return nil, err
	}
	return all, all.Validate(nil)
}

// load reads every .yaml file of fsys; shown is put before the names of files
// in complaints.
func load(fsys fs.FS, shown string) (*Sources, error) {
	s := &Sources{}
	var complaints Complaints
	files := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != "." {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() || path.Ext(name) != ".yaml" {
			return nil
		}
		if files++; files > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		label := path.Join(shown, name)
		if info.Size() > maxFileSize {
			complaints = append(complaints, strictyaml.Complaint{File: label, Message: fmt.Sprintf("the file has %d bytes, more than %d", info.Size(), maxFileSize), Do: "split it"})
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		complaints = append(complaints, s.add(label, data)...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failure modes %s: %w", shown, err)
	}
	return s, s.verdict(complaints)
}

func (s *Sources) add(file string, data []byte) Complaints {
	switch path.Base(path.Dir(file)) {
	case "questions":
		return decodeInto(&s.questions, file, data)
	case "topics":
		return decodeInto(&s.topics, file, data)
	}
	return decodeInto(&s.modes, file, data)
}

func decodeInto[T any](list *[]source[T], file string, data []byte) Complaints {
	src := source[T]{File: file}
	lines, complaints := strictyaml.Decode(file, data, &src.Value)
	src.Lines = lines
	*list = append(*list, src)
	return complaints
}

func (s *Sources) verdict(complaints Complaints) error {
	sort.Slice(s.modes, func(i, j int) bool { return s.modes[i].Value.ID < s.modes[j].Value.ID })
	sort.Slice(s.questions, func(i, j int) bool { return s.questions[i].Value.Fact < s.questions[j].Value.Fact })
	sort.Slice(s.topics, func(i, j int) bool { return s.topics[i].Value.ID < s.topics[j].Value.ID })
	if len(complaints) == 0 {
		return nil
	}
	return complaints
}

// Modes returns the failure modes, ordered by id.
func (s *Sources) Modes() []FailureMode {
	all := make([]FailureMode, len(s.modes))
	for i := range s.modes {
		all[i] = s.modes[i].Value
	}
	return all
}
