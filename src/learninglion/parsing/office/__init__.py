"""Files of office programs, web pages, mail and typed text: each as running text."""
