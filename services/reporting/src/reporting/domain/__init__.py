"""What reporting decides: which fact counts where, and who may see a journey."""
