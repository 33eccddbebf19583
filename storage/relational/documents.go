package relational

import (
	"context"
	"fmt"

	"authfix/storage"
)

const documentColumns = `d.id, d.version, d.body, d.written_by, d.at, d.deleted`

// PutDocument adds a version of a document.
func (s *Store) PutDocument(ctx context.Context, d storage.Document) error {
	var k checker
	k.tenant(d.Tenant)
	k.needed("the document's id", d.ID)
	k.id("who wrote it", d.By)
	k.size("the document", len(d.Text), MaxDocument)
	k.version("the document", d.Version)
	if err := k.err("put a document"); err != nil {
		return err
	}
	err := s.e.Write(ctx, func(ctx context.Context, c Conn) error {
		var last int64
		if err := one(ctx, c, `SELECT COALESCE(MAX(version), 0) FROM documents WHERE tenant = $1 AND id = $2`, []any{string(d.Tenant), d.ID}, &last); err != nil {
			return err
		}
		if last != d.Version {
			return storage.ErrConflict
		}
		// Another replica that adds the same version at once wins or loses here.
		n, err := c.Exec(ctx, `INSERT INTO documents (tenant, id, version, body, written_by, at, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			string(d.Tenant), d.ID, d.Version+1, blob(d.Text), d.By, micros(d.At), bit(d.Deleted))
		if err != nil {
			return err
		}
		if n == 0 {
			return storage.ErrConflict
		}
		_, err = c.Exec(ctx, `INSERT INTO generations (tenant, n) VALUES ($1, 1) ON CONFLICT (tenant) DO UPDATE SET n = generations.n + 1`, string(d.Tenant))
		return err
	})
	return doing("put document "+d.ID, err)
}

// AllDocuments returns the newest version of each document.
func (s *Store) AllDocuments(ctx context.Context, t storage.Tenant) ([]storage.Document, error) {
	if err := checkKey("read the documents", t); err != nil {
		return nil, err
	}
	all, err := s.documents(ctx, t, ` AND d.deleted = 0 AND NOT EXISTS (SELECT 1 FROM documents e WHERE e.tenant = d.tenant AND e.id = d.id AND e.version > d.version) ORDER BY d.id`)
	return all, doing("read the documents", err)
}

// DocumentVersions returns all versions of a document.
func (s *Store) DocumentVersions(ctx context.Context, t storage.Tenant, id string) ([]storage.Document, error) {
	if err := checkKey("read a document", t, named{"its id", id}); err != nil {
		return nil, err
	}
	all, err := s.documents(ctx, t, ` AND d.id = $2 ORDER BY d.version DESC`, id)
	return all, doing("read document "+id, err)
}

func (s *Store) documents(ctx context.Context, t storage.Tenant, where string, args ...any) ([]storage.Document, error) {
	var all []storage.Document
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		all = nil
		return each(ctx, c, `SELECT `+documentColumns+` FROM documents d WHERE d.tenant = $1`+where, append([]any{string(t)}, args...), func(r Rows) error {
			d := storage.Document{Tenant: t}
			var at, deleted int64
			err := r.Scan(&d.ID, &d.Version, &d.Text, &d.By, &at, &deleted)
			d.At, d.Deleted = instant(at), deleted != 0
			all = append(all, d)
			return err
		})
	})
	return all, err
}

// Generation counts the changes of the documents of a tenant.
func (s *Store) Generation(ctx context.Context, t storage.Tenant) (int64, error) {
	if err := checkKey("read the generation", t); err != nil {
		return 0, err
	}
	var n int64
	err := s.e.Read(ctx, func(ctx context.Context, c Conn) error {
		n = 0
		_, err := maybe(ctx, c, `SELECT n FROM generations WHERE tenant = $1`, []any{string(t)}, &n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the generation of the documents: %w", err)
	}
	return n, nil
}
