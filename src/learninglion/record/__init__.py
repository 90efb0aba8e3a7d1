"""What happened and what leaves the system: log, dossiers, export and marking, and the energy of it."""
